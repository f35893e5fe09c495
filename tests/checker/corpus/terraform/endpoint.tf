resource "aws_sagemaker_endpoint_configuration" "config" {
  name        = "config"
  kms_key_arn = aws_kms_key.ml.arn

  production_variants {
    variant_name  = "main"
    model_name    = aws_sagemaker_model.model.name
    instance_type = "ml.g5.xlarge"
  }
  production_variants {
    variant_name  = "other"
    instance_type = "ml.m5.xlarge"
  }
}
