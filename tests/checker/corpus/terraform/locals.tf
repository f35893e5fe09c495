variable "stage" {
  default = "prod"
}
locals {
  types = {
    dev  = "ml.m5.xlarge"
    prod = "ml.g5.xlarge"
  }
  list   = ["ml.c5.xlarge", local.types.prod]
  chosen = local.types[var.stage]
  loop   = local.pool
  pool   = local.loop
}
resource "aws_sagemaker_notebook_instance" "map" {
  instance_type = local.chosen
  kms_key_id    = "alias/ml"
}
resource "aws_sagemaker_notebook_instance" "list" {
  instance_type = local.list[1]
  kms_key_id    = "alias/ml"
}
resource "aws_sagemaker_notebook_instance" "clean" {
  instance_type = local.types["dev"]
  kms_key_id    = "alias/ml"
}
resource "aws_sagemaker_notebook_instance" "recursive" {
  instance_type = local.loop
}
resource "aws_sagemaker_notebook_instance" "joined" {
  instance_type = "ml.${"m5d"}.xlarge"
  kms_key_id    = "alias/ml"
}
resource "aws_sagemaker_notebook_instance" "function" {
  instance_type = lookup(local.types, var.stage, "ml.t3.medium")
}
