# What a team that runs one service on ECS has: people and pipelines that federate, a cluster, a service with its roles, a bucket that
# it writes to, its log. Nothing in it knows that it does not talk to AWS but the endpoints.
terraform {
  required_providers {
    aws = { source = "hashicorp/aws" }
  }
}

variable "endpoint" {}
variable "release" { default = "1" }
variable "desired_count" { default = 1 }

# The container of the service: a shell loop on this machine, or what the runtime has as an image.
variable "image" { default = "reports" }
variable "command" { default = ["/bin/sh", "-c", "trap 'exit 0' TERM; while :; do sleep 0.2; done"] }

provider "aws" {
  region                  = "eu-central-1"
  s3_use_path_style       = true
  skip_metadata_api_check = true
  endpoints {
    ecs  = var.endpoint
    iam  = var.endpoint
    logs = var.endpoint
    s3   = var.endpoint
    sts  = var.endpoint
  }
  default_tags {
    tags = { Department = "Accounting", managed = "terraform" }
  }
}

data "aws_caller_identity" "me" {}

locals {
  account = data.aws_caller_identity.me.account_id
}

# People and pipelines.
resource "aws_iam_openid_connect_provider" "pipelines" {
  url             = "https://token.actions.example.com"
  client_id_list  = ["sts.amazonaws.com"]
  thumbprint_list = ["6938fd4d98bab03faadb97b34396831e3780aea1"]
}

data "aws_iam_policy_document" "pipeline_trust" {
  statement {
    actions = ["sts:AssumeRoleWithWebIdentity"]
    principals {
      type        = "Federated"
      identifiers = [aws_iam_openid_connect_provider.pipelines.arn]
    }
    condition {
      test     = "StringEquals"
      variable = "token.actions.example.com:aud"
      values   = ["sts.amazonaws.com"]
    }
    condition {
      test     = "StringLike"
      variable = "token.actions.example.com:sub"
      values   = ["repo:acme/reports:ref:refs/heads/main"]
    }
  }
}

resource "aws_iam_role" "pipeline" {
  name                 = "pipeline"
  description          = "deploys the service from its repository"
  max_session_duration = 3600
  assume_role_policy   = data.aws_iam_policy_document.pipeline_trust.json
}

data "aws_iam_policy_document" "deploy" {
  statement {
    sid       = "Deploy"
    actions   = ["ecs:UpdateService", "ecs:DescribeServices"]
    resources = [aws_ecs_service.reports.id]
    condition {
      test     = "ArnEquals"
      variable = "ecs:cluster"
      values   = [aws_ecs_cluster.main.arn]
    }
  }
  statement {
    sid       = "Define"
    actions   = ["ecs:RegisterTaskDefinition", "ecs:DescribeTaskDefinition"]
    resources = ["*"]
  }
  statement {
    sid       = "HandOver"
    actions   = ["iam:PassRole"]
    resources = [aws_iam_role.task.arn, aws_iam_role.execution.arn]
    condition {
      test     = "StringEquals"
      variable = "iam:PassedToService"
      values   = ["ecs-tasks.amazonaws.com"]
    }
  }
}

resource "aws_iam_policy" "deploy" {
  name   = "deploy-reports"
  policy = data.aws_iam_policy_document.deploy.json
}

resource "aws_iam_role_policy_attachment" "deploy" {
  role       = aws_iam_role.pipeline.name
  policy_arn = aws_iam_policy.deploy.arn
}

# The service's own roles.
data "aws_iam_policy_document" "task_trust" {
  statement {
    actions = ["sts:AssumeRole"]
    principals {
      type        = "Service"
      identifiers = ["ecs-tasks.amazonaws.com"]
    }
    condition {
      test     = "StringEquals"
      variable = "aws:SourceAccount"
      values   = [local.account]
    }
  }
}

resource "aws_iam_role" "execution" {
  name               = "reports-execution"
  assume_role_policy = data.aws_iam_policy_document.task_trust.json
}

resource "aws_iam_role_policy_attachment" "execution" {
  role       = aws_iam_role.execution.name
  policy_arn = "arn:aws:iam::aws:policy/service-role/AmazonECSTaskExecutionRolePolicy"
}

resource "aws_iam_role" "task" {
  name               = "reports-task"
  assume_role_policy = data.aws_iam_policy_document.task_trust.json
}

resource "aws_iam_role_policy" "task" {
  name = "own-reports"
  role = aws_iam_role.task.id
  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [
      { Effect = "Allow", Action = ["s3:GetObject", "s3:PutObject"], Resource = "${aws_s3_bucket.reports.arn}/out/*" },
      { Effect = "Allow", Action = "s3:ListBucket", Resource = aws_s3_bucket.reports.arn },
    ]
  })
}

# The bucket.
resource "aws_s3_bucket" "reports" {
  bucket        = "acme-reports-${local.account}"
  force_destroy = true
}

resource "aws_s3_bucket_versioning" "reports" {
  bucket = aws_s3_bucket.reports.id
  versioning_configuration {
    status = "Enabled"
  }
}

resource "aws_s3_bucket_public_access_block" "reports" {
  bucket                  = aws_s3_bucket.reports.id
  block_public_acls       = true
  block_public_policy     = true
  ignore_public_acls      = true
  restrict_public_buckets = true
}

resource "aws_s3_bucket_policy" "reports" {
  bucket = aws_s3_bucket.reports.id
  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Sid       = "OnlyTheTaskWrites"
      Effect    = "Deny"
      Principal = "*"
      Action    = "s3:PutObject"
      Resource  = "${aws_s3_bucket.reports.arn}/out/*"
      Condition = { ArnNotEquals = { "aws:PrincipalArn" = aws_iam_role.task.arn } }
    }]
  })
  depends_on = [aws_s3_bucket_public_access_block.reports]
}

resource "aws_s3_bucket_lifecycle_configuration" "reports" {
  bucket = aws_s3_bucket.reports.id
  rule {
    id     = "old-reports"
    status = "Enabled"
    filter {
      prefix = "out/"
    }
    expiration {
      days = 90
    }
    noncurrent_version_expiration {
      noncurrent_days = 30
    }
  }
  depends_on = [aws_s3_bucket_versioning.reports]
}

# The service.
resource "aws_cloudwatch_log_group" "reports" {
  name              = "/ecs/reports"
  retention_in_days = 14
}

resource "aws_ecs_cluster" "main" {
  name = "main"
}

resource "aws_ecs_task_definition" "reports" {
  family             = "reports"
  execution_role_arn = aws_iam_role.execution.arn
  task_role_arn      = aws_iam_role.task.arn
  container_definitions = jsonencode([{
    name        = "reports"
    image       = var.image
    memory      = 256
    command     = var.command
    environment = [{ name = "RELEASE", value = var.release }, { name = "BUCKET", value = aws_s3_bucket.reports.bucket }]
    logConfiguration = {
      logDriver = "awslogs"
      options = {
        "awslogs-group"         = aws_cloudwatch_log_group.reports.name
        "awslogs-region"        = "eu-central-1"
        "awslogs-stream-prefix" = "reports"
      }
    }
  }])
}

resource "aws_ecs_service" "reports" {
  name                  = "reports"
  cluster               = aws_ecs_cluster.main.id
  task_definition       = aws_ecs_task_definition.reports.arn
  desired_count         = var.desired_count
  propagate_tags        = "SERVICE"
  wait_for_steady_state = true
  deployment_circuit_breaker {
    enable   = true
    rollback = true
  }
  depends_on = [aws_iam_role_policy.task, aws_iam_role_policy_attachment.execution]
}

output "bucket" {
  value = aws_s3_bucket.reports.bucket
}
