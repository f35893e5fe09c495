locals {
  variants = {
    main   = "ml.m5.xlarge"
    canary = "ml.m5d.xlarge"
  }
}
resource "aws_sagemaker_endpoint_configuration" "static" {
  kms_key_arn = "alias/ml"
  dynamic "production_variants" {
    for_each = local.variants
    content {
      variant_name  = production_variants.key
      instance_type = production_variants.value
    }
  }
}
resource "aws_sagemaker_endpoint_configuration" "iterator" {
  kms_key_arn = "alias/ml"
  dynamic "production_variants" {
    for_each = ["ml.m5.xlarge", "ml.c5.xlarge"]
    iterator = each_type
    content {
      instance_type = each_type.value
    }
  }
}
resource "aws_sagemaker_endpoint_configuration" "open" {
  kms_key_arn = "alias/ml"
  dynamic "production_variants" {
    for_each = var.variants
    content {
      instance_type = production_variants.value
    }
  }
}
