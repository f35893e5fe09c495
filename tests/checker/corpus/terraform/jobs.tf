resource "aws_sagemaker_data_quality_job_definition" "quality" {
  role_arn = "role"
  job_resources {
    cluster_config {
      instance_count    = 1
      instance_type     = "ml.g4dn.xlarge"
      volume_size_in_gb = 20
      volume_kms_key_id = "alias/ml"
    }
  }
  data_quality_job_output_config {
    kms_key_id = "alias/output"
  }
}
resource "aws_sagemaker_hyper_parameter_tuning_job" "tuning" {
  name = "tuning"
  training_job_definition {
    role_arn = "role"
    output_data_config {
      kms_key_id     = "alias/output"
      s3_output_path = "s3://bucket/out"
    }
    resource_config {
      instance_count    = 1
      instance_type     = "ml.g5.xlarge"
      volume_size_in_gb = 250
      volume_kms_key_id = "alias/ml"
    }
  }
}
