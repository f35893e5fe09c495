variable "key" {
  default = null
}
resource "aws_sagemaker_notebook_instance" "missing" {
  instance_type = "ml.t3.medium"
}
resource "aws_sagemaker_notebook_instance" "null" {
  instance_type = "ml.t3.medium"
  kms_key_id    = null
}
resource "aws_sagemaker_notebook_instance" "open" {
  instance_type = "ml.t3.medium"
  kms_key_id    = var.key
}
resource "aws_sagemaker_endpoint_configuration" "none_possible" {
  production_variants {
    instance_type = "ml.g5.xlarge"
  }
}
