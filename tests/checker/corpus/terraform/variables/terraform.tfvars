set_type = "ml.m5d.xlarge"
