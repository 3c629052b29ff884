# What teams keep in CloudWatch Logs: groups with retention and tags, streams, filters, policies, saved queries.
terraform {
  required_providers {
    aws = { source = "hashicorp/aws" }
  }
}

variable "endpoint" {}
variable "variant" { default = "one" }

provider "aws" {
  region                      = "eu-central-1"
  skip_metadata_api_check     = true
  skip_region_validation      = true
  skip_requesting_account_id  = false
  endpoints {
    iam  = var.endpoint
    logs = var.endpoint
    sts  = var.endpoint
  }
  default_tags {
    tags = { managed = "terraform" }
  }
}

resource "aws_cloudwatch_log_group" "web" {
  name              = "/ecs/web"
  retention_in_days = var.variant == "one" ? 7 : 30
  tags              = { variant = var.variant }
}

resource "aws_cloudwatch_log_group" "forever" {
  name            = "/ecs/forever"
  log_group_class = "STANDARD"
}

resource "aws_cloudwatch_log_stream" "seed" {
  name           = "seed"
  log_group_name = aws_cloudwatch_log_group.web.name
}

resource "aws_cloudwatch_log_metric_filter" "errors" {
  name           = "errors"
  log_group_name = aws_cloudwatch_log_group.web.name
  pattern        = var.variant == "one" ? "ERROR" : "{ $.level = \"error\" }"
  metric_transformation {
    name      = "Errors"
    namespace = "Web"
    value     = "1"
  }
}

resource "aws_cloudwatch_log_resource_policy" "delivery" {
  policy_name = "delivery"
  policy_document = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Effect    = "Allow"
      Principal = { Service = "delivery.logs.amazonaws.com" }
      Action    = ["logs:CreateLogStream", "logs:PutLogEvents"]
      Resource  = "${aws_cloudwatch_log_group.web.arn}:*"
    }]
  })
}

resource "aws_cloudwatch_query_definition" "slow" {
  name            = "slow requests"
  log_group_names = [aws_cloudwatch_log_group.web.name]
  query_string    = "fields @timestamp, @message | filter duration > ${var.variant == "one" ? 1000 : 2000}"
}

data "aws_cloudwatch_log_group" "web" {
  name = aws_cloudwatch_log_group.web.name
}

output "arn" {
  value = data.aws_cloudwatch_log_group.web.arn
}
