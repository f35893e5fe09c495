resource "aws_sagemaker_endpoint_configuration" "config" {
  production_variants {
    instance_type = "ml.g5.xlarge"
    core_dump_config {
      destination_s3_uri = "s3://bucket/dumps"
      kms_key_id         = aws_kms_key.ml.arn
    }
  }
  data_capture_config {
    initial_sampling_percentage = 10
    destination_s3_uri          = "s3://bucket/capture"
    kms_key_id                  = aws_kms_key.ml.arn
    capture_options {
      capture_mode = "Input"
    }
  }
  async_inference_config {
    output_config {
      s3_output_path = "s3://bucket/out"
      kms_key_id     = aws_kms_key.ml.arn
    }
  }
}
