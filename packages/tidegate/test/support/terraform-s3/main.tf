# A bucket with everything that teams put beside it, and an object in it.
terraform {
  required_providers {
    aws = { source = "hashicorp/aws" }
  }
}

variable "endpoint" {}
variable "variant" { default = "one" }

provider "aws" {
  region                  = "eu-central-1"
  skip_metadata_api_check = true
  s3_use_path_style       = true
  endpoints {
    iam = var.endpoint
    s3  = var.endpoint
    sts = var.endpoint
  }
  default_tags {
    tags = { managed = "terraform" }
  }
}

data "aws_canonical_user_id" "own" {}

resource "aws_s3_bucket" "logs" {
  bucket        = "terraform-logs"
  force_destroy = true
}

resource "aws_s3_bucket" "data" {
  bucket        = "terraform-data"
  force_destroy = true
  tags          = { variant = var.variant }
}

resource "aws_s3_bucket_versioning" "data" {
  bucket = aws_s3_bucket.data.id
  versioning_configuration { status = "Enabled" }
}

resource "aws_s3_bucket_public_access_block" "data" {
  bucket                  = aws_s3_bucket.data.id
  block_public_acls       = true
  block_public_policy     = true
  ignore_public_acls      = true
  restrict_public_buckets = true
}

resource "aws_s3_bucket_ownership_controls" "data" {
  bucket = aws_s3_bucket.data.id
  rule { object_ownership = "BucketOwnerEnforced" }
}

resource "aws_s3_bucket_server_side_encryption_configuration" "data" {
  bucket = aws_s3_bucket.data.id
  rule {
    apply_server_side_encryption_by_default { sse_algorithm = "AES256" }
  }
}

resource "aws_s3_bucket_cors_configuration" "data" {
  bucket = aws_s3_bucket.data.id
  cors_rule {
    allowed_methods = ["GET", "PUT"]
    allowed_origins = ["https://app.example.com"]
    allowed_headers = ["*"]
    expose_headers  = ["ETag"]
    max_age_seconds = var.variant == "one" ? 60 : 120
  }
}

resource "aws_s3_bucket_logging" "data" {
  bucket        = aws_s3_bucket.data.id
  target_bucket = aws_s3_bucket.logs.id
  target_prefix = "data/"
}

resource "aws_s3_bucket_notification" "data" {
  bucket      = aws_s3_bucket.data.id
  eventbridge = true
}

resource "aws_s3_bucket_website_configuration" "logs" {
  bucket = aws_s3_bucket.logs.id
  index_document { suffix = "index.html" }
  error_document { key = "error.html" }
}

data "aws_iam_policy_document" "data" {
  statement {
    effect    = "Deny"
    actions   = ["s3:PutObject"]
    resources = ["${aws_s3_bucket.data.arn}/sealed/*"]
    principals {
      type        = "*"
      identifiers = ["*"]
    }
  }
}

resource "aws_s3_bucket_policy" "data" {
  bucket = aws_s3_bucket.data.id
  policy = data.aws_iam_policy_document.data.json
}

resource "aws_s3_object" "greeting" {
  bucket       = aws_s3_bucket.data.id
  key          = "greetings/${var.variant == "one" ? "hello" : "good morning"}.txt"
  content      = var.variant
  content_type = "text/plain"
  tags         = { variant = var.variant }
  depends_on   = [aws_s3_bucket_versioning.data]
}

data "aws_s3_objects" "all" {
  bucket     = aws_s3_bucket.data.id
  depends_on = [aws_s3_object.greeting]
}

output "keys" { value = data.aws_s3_objects.all.keys }
output "owner" { value = data.aws_canonical_user_id.own.id }
