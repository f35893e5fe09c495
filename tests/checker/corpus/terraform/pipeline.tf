resource "aws_sagemaker_pipeline" "pipeline" {
  pipeline_name = "pipeline"
  pipeline_definition = jsonencode({
    Version = "2020-12-01"
    Steps = [{
      Name = "Process"
      Type = "Processing"
      Arguments = {
        ProcessingResources = {
          ClusterConfig = {
            InstanceType   = "ml.g4dn.xlarge"
            VolumeKmsKeyId = "alias/ml"
            VolumeSizeInGB = 300
          }
        }
      }
    }]
  })
}
