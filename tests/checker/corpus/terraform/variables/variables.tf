variable "instance_type" {
  type    = string
  default = "ml.m5d.xlarge"
}
variable "required_type" {
  type = string
}
variable "required_key" {}
variable "optional_key" {
  default = null
}
variable "set_type" {
  default = "ml.m5.xlarge"
}
