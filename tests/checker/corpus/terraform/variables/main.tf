resource "aws_sagemaker_notebook_instance" "default" {
  instance_type = var.instance_type
  kms_key_id    = var.required_key
}
resource "aws_sagemaker_notebook_instance" "open" {
  instance_type = var.required_type
  kms_key_id    = var.required_key
}
resource "aws_sagemaker_notebook_instance" "optional" {
  instance_type = "ml.m5d.xlarge"
  kms_key_id    = var.optional_key
}
resource "aws_sagemaker_notebook_instance" "undeclared" {
  instance_type = var.nowhere
}
resource "aws_sagemaker_notebook_instance" "set" {
  instance_type = var.set_type
  kms_key_id    = "alias/ml"
}
