resource "aws_sagemaker_cluster" "cluster" {
  cluster_name = "cluster"
  instance_group {
    instance_group_name = "workers"
    instance_type       = "ml.g5.xlarge"
    instance_count      = 2
    instance_storage_config {
      ebs_volume_config {
        volume_size_in_gb = 20000
      }
    }
  }
}
