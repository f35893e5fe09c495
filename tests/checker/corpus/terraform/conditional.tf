variable "use_gpu" {
  type    = bool
  default = false
}
resource "aws_sagemaker_notebook_instance" "consistent" {
  instance_type = var.use_gpu ? "ml.g5.xlarge" : "ml.m5.xlarge"
  kms_key_id    = var.use_gpu ? null : aws_kms_key.ml.arn
}
resource "aws_sagemaker_notebook_instance" "negated" {
  instance_type = var.use_gpu ? "ml.g5.xlarge" : "ml.m5.xlarge"
  kms_key_id    = !var.use_gpu ? aws_kms_key.ml.arn : null
}
resource "aws_sagemaker_notebook_instance" "inconsistent" {
  instance_type = var.use_gpu ? "ml.g5.xlarge" : "ml.m5.xlarge"
  kms_key_id    = var.use_gpu ? aws_kms_key.ml.arn : null
}
