"""The AWS Price List of SageMaker."""
