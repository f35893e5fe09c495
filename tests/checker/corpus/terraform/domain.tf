resource "aws_sagemaker_domain" "domain" {
  domain_name = "domain"
  auth_mode   = "IAM"
  kms_key_id  = aws_kms_key.ml.arn
  default_user_settings {
    execution_role = "role"
    jupyter_lab_app_settings {
      default_resource_spec {
        instance_type = "ml.g5.xlarge"
      }
    }
    jupyter_server_app_settings {
      default_resource_spec {
        instance_type = "system"
      }
    }
    sharing_settings {
      s3_kms_key_id = "alias/sharing"
    }
  }
}
resource "aws_sagemaker_space" "space" {
  domain_id  = aws_sagemaker_domain.domain.id
  space_name = "space"
  space_settings {
    space_storage_settings {
      ebs_storage_settings {
        ebs_volume_size_in_gb = 20000
      }
    }
    code_editor_app_settings {
      default_resource_spec {
        instance_type = "ml.t3.medium"
      }
    }
  }
}
