resource "aws_sfn_state_machine" "structure" {
  name = "structure"
  definition = jsonencode({
    StartAt = "Train"
    States = {
      Train = {
        Type     = "Task"
        Resource = "arn:${data.aws_partition.current.partition}:states:::sagemaker:createTrainingJob.sync"
        Parameters = {
          OutputDataConfig = { S3OutputPath = "s3://bucket", KmsKeyId = aws_kms_key.ml.arn }
          ResourceConfig = {
            InstanceCount  = 1
            InstanceType   = "ml.g5.xlarge"
            VolumeKmsKeyId = aws_kms_key.ml.arn
          }
        }
        End = true
      }
    }
  })
}
resource "aws_sfn_state_machine" "text" {
  name       = "text"
  definition = <<EOT
{
  "StartAt": "Transform",
  "States": {
    "Transform": {
      "Type": "Task",
      "Resource": "arn:aws:states:::sagemaker:createTransformJob",
      "Parameters": {
        "TransformResources": {
          "InstanceType": "ml.g4dn.xlarge",
          "VolumeKmsKeyId": "${aws_kms_key.ml.arn}"
        }
      },
      "End": true
    }
  }
}
EOT
}
resource "aws_sfn_state_machine" "file" {
  name       = "file"
  definition = templatefile("${path.module}/machine.json", {})
}
