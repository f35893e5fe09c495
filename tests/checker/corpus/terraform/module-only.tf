module "endpoint" {
  source        = "./modules/endpoint"
  instance_type = "ml.g5.xlarge"
  kms_key_arn   = aws_kms_key.ml.arn
}
data "aws_sagemaker_prebuilt_ecr_image" "image" {
  repository_name = "xgboost"
}
resource "aws_instance" "server" {
  instance_type = "g5.xlarge"
}
