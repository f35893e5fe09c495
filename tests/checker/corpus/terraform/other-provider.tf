resource "awscc_sagemaker_endpoint_config" "config" {
  kms_key_id = "alias/ml"
  production_variants = [{
    variant_name  = "main"
    instance_type = "ml.g5.xlarge"
  }]
}
resource "awscc_sagemaker_processing_job" "job" {
  processing_resources = {
    cluster_config = {
      instance_type     = "ml.g4dn.xlarge"
      volume_kms_key_id = "alias/ml"
      volume_size_in_gb = 50
    }
  }
}
