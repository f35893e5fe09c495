resource "aws_sagemaker_notebook_instance" "each" {
  for_each      = { small = "ml.t3.medium", large = "ml.g5.xlarge" }
  name          = each.key
  instance_type = each.value
  kms_key_id    = "alias/ml"
}
resource "aws_sagemaker_notebook_instance" "none" {
  for_each      = {}
  instance_type = "ml.g5.xlarge"
  kms_key_id    = "alias/ml"
}
resource "aws_sagemaker_notebook_instance" "open" {
  for_each      = toset(var.names)
  name          = each.key
  instance_type = each.value
}
