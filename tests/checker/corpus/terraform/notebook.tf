resource "aws_sagemaker_notebook_instance" "clean" {
  name          = "clean"
  role_arn      = aws_iam_role.role.arn
  instance_type = "ml.t3.medium"
  kms_key_id    = aws_kms_key.ml.arn
  volume_size   = 50
}
resource "aws_sagemaker_notebook_instance" "local" {
  name          = "local"
  role_arn      = aws_iam_role.role.arn
  instance_type = "ml.g5.xlarge"
  kms_key_id    = aws_kms_key.ml.arn
  volume_size   = 20000
}
