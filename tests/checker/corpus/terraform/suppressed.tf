# kb:ignore[key-covers-ebs-only] scratch files only on the local disks
resource "aws_sagemaker_notebook_instance" "one" {
  instance_type = "ml.g5.xlarge"
  kms_key_id    = "alias/ml"
}
resource "aws_sagemaker_notebook_instance" "two" {
  instance_type = "ml.g5.xlarge" // kb:ignore[key-covers-ebs-only] the same
  kms_key_id    = "alias/ml"
}
resource "aws_sagemaker_notebook_instance" "three" {
  instance_type = "ml.g5.xlarge"
  kms_key_id    = "alias/ml"
}
