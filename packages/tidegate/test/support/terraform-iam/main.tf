# Every kind of IAM resource that the AWS provider has and Tidegate serves. `variant` "two" changes what can be changed in place.
terraform {
  required_providers {
    aws = { source = "hashicorp/aws" }
  }
}

variable "variant" {
  type    = string
  default = "one"
}

variable "endpoint" { type = string }

locals {
  is_two = var.variant == "two"
  tags   = { team = "payments", variant = var.variant }
}

provider "aws" {
  region                      = "us-east-1"
  skip_metadata_api_check     = true
  endpoints {
    iam        = var.endpoint
    sts        = var.endpoint
    cloudtrail = var.endpoint
  }
}

data "aws_caller_identity" "current" {}

data "aws_iam_policy" "execution" {
  name = "AmazonECSTaskExecutionRolePolicy"
}

data "aws_iam_policy_document" "trust" {
  statement {
    actions = ["sts:AssumeRole"]
    principals {
      type        = "Service"
      identifiers = ["ecs-tasks.amazonaws.com", "ec2.amazonaws.com"]
    }
  }
}

data "aws_iam_policy_document" "reads" {
  statement {
    actions   = local.is_two ? ["s3:GetObject", "s3:ListBucket"] : ["s3:GetObject"]
    resources = ["*"]
  }
}

resource "aws_iam_policy" "reads" {
  name        = "reads"
  path        = "/team/"
  description = "reads objects"
  policy      = data.aws_iam_policy_document.reads.json
  tags        = local.tags
}

resource "aws_iam_role" "task" {
  name                 = "task"
  path                 = "/team/"
  description          = local.is_two ? "of the task, second" : "of the task"
  max_session_duration = local.is_two ? 7200 : 3600
  permissions_boundary = local.is_two ? null : aws_iam_policy.reads.arn
  assume_role_policy   = data.aws_iam_policy_document.trust.json
  tags                 = local.tags
}

resource "aws_iam_role_policy" "inline" {
  name   = "inline"
  role   = aws_iam_role.task.id
  policy = data.aws_iam_policy_document.reads.json
}

resource "aws_iam_role_policy_attachment" "execution" {
  role       = aws_iam_role.task.name
  policy_arn = data.aws_iam_policy.execution.arn
}

resource "aws_iam_role_policies_exclusive" "inline" {
  role_name    = aws_iam_role.task.name
  policy_names = [aws_iam_role_policy.inline.name]
}

resource "aws_iam_instance_profile" "host" {
  name = "host"
  role = aws_iam_role.task.name
  tags = local.tags
}

resource "aws_iam_user" "ci" {
  name                 = "ci"
  path                 = "/bots/"
  force_destroy        = true
  permissions_boundary = local.is_two ? null : aws_iam_policy.reads.arn
  tags                 = local.tags
}

resource "aws_iam_access_key" "ci" {
  user   = aws_iam_user.ci.name
  status = local.is_two ? "Inactive" : "Active"
}

resource "aws_iam_user_policy" "inline" {
  name   = "inline"
  user   = aws_iam_user.ci.name
  policy = data.aws_iam_policy_document.reads.json
}

resource "aws_iam_user_policy_attachment" "reads" {
  user       = aws_iam_user.ci.name
  policy_arn = aws_iam_policy.reads.arn
}

resource "aws_iam_user_login_profile" "ci" {
  user                    = aws_iam_user.ci.name
  password_reset_required = false
}

resource "aws_iam_group" "bots" {
  name = local.is_two ? "all-bots" : "bots"
}

resource "aws_iam_group_policy" "inline" {
  name   = "inline"
  group  = aws_iam_group.bots.name
  policy = data.aws_iam_policy_document.reads.json
}

resource "aws_iam_group_policy_attachment" "reads" {
  group      = aws_iam_group.bots.name
  policy_arn = aws_iam_policy.reads.arn
}

resource "aws_iam_user_group_membership" "ci" {
  user   = aws_iam_user.ci.name
  groups = [aws_iam_group.bots.name]
}

resource "aws_iam_openid_connect_provider" "login" {
  url             = "https://login.example.com"
  client_id_list  = local.is_two ? ["one", "two"] : ["one"]
  thumbprint_list = ["0123456789012345678901234567890123456789"]
  tags            = local.tags
}

resource "aws_iam_account_alias" "alias" {
  account_alias = "tidegate-example"
}

resource "aws_iam_account_password_policy" "strict" {
  minimum_password_length = local.is_two ? 16 : 14
  require_symbols         = true
}

resource "aws_iam_service_linked_role" "ecs" {
  aws_service_name = "ecs.amazonaws.com"
  description      = local.is_two ? "of the service, second" : "of the service"
}

data "aws_iam_role" "task" {
  name       = aws_iam_role.task.name
  depends_on = [aws_iam_role_policy.inline]
}

data "aws_iam_principal_policy_simulation" "ci" {
  action_names      = ["s3:GetObject"]
  policy_source_arn = aws_iam_user.ci.arn
  depends_on        = [aws_iam_user_policy.inline]
}

output "account" { value = data.aws_caller_identity.current.account_id }
output "task_arn" { value = data.aws_iam_role.task.arn }
output "may_read" { value = data.aws_iam_principal_policy_simulation.ci.all_allowed }
