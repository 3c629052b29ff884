# Clusters and task definitions, as teams write them: settings, capacity providers, roles, logs, health checks, volumes, tags.
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
    ecs = var.endpoint
    iam = var.endpoint
    sts = var.endpoint
  }
  default_tags {
    tags = { managed = "terraform" }
  }
}

data "aws_iam_policy_document" "trust" {
  statement {
    actions = ["sts:AssumeRole"]
    principals {
      type        = "Service"
      identifiers = ["ecs-tasks.amazonaws.com"]
    }
  }
}

resource "aws_iam_role" "execution" {
  name               = "execution"
  assume_role_policy = data.aws_iam_policy_document.trust.json
}

resource "aws_iam_role" "task" {
  name               = "task"
  assume_role_policy = data.aws_iam_policy_document.trust.json
}

resource "aws_ecs_account_setting_default" "insights" {
  name  = "containerInsights"
  value = "enabled"
}

resource "aws_ecs_cluster" "main" {
  name = "main"
  setting {
    name  = "containerInsights"
    value = var.variant == "one" ? "enabled" : "disabled"
  }
  configuration {
    execute_command_configuration {
      logging = "DEFAULT"
    }
  }
  tags = { variant = var.variant }
}

resource "aws_ecs_cluster_capacity_providers" "main" {
  cluster_name       = aws_ecs_cluster.main.name
  capacity_providers = ["FARGATE", "FARGATE_SPOT"]
  default_capacity_provider_strategy {
    capacity_provider = var.variant == "one" ? "FARGATE" : "FARGATE_SPOT"
    base              = 1
    weight            = 100
  }
}

resource "aws_ecs_task_definition" "web" {
  family                   = "web"
  requires_compatibilities = ["FARGATE"]
  network_mode             = "awsvpc"
  cpu                      = 256
  memory                   = 512
  execution_role_arn       = aws_iam_role.execution.arn
  task_role_arn            = aws_iam_role.task.arn
  container_definitions = jsonencode([
    {
      name         = "web"
      image        = "web:${var.variant}"
      portMappings = [{ containerPort = 8080 }]
      environment  = [{ name = "B", value = "2" }, { name = "A", value = "1" }]
      secrets      = [{ name = "TOKEN", valueFrom = "arn:aws:secretsmanager:eu-central-1:111122223333:secret:token" }]
      healthCheck  = { command = ["CMD", "true"] }
      dependsOn    = [{ containerName = "init", condition = "SUCCESS" }]
      logConfiguration = {
        logDriver = "awslogs"
        options   = { "awslogs-group" = "web", "awslogs-region" = "eu-central-1", "awslogs-stream-prefix" = "web" }
      }
    },
    { name = "init", image = "init", essential = false },
  ])
  tags = { variant = var.variant }
}

resource "aws_ecs_task_definition" "worker" {
  family = "worker"
  container_definitions = jsonencode([{
    name        = "worker"
    image       = "worker"
    memory      = 128
    mountPoints = [{ sourceVolume = "scratch", containerPath = "/scratch" }]
    ulimits     = [{ name = "nofile", softLimit = 1024, hardLimit = 4096 }]
  }])
  volume {
    name = "scratch"
  }
}

resource "aws_ecs_service" "web" {
  name            = "web"
  cluster         = aws_ecs_cluster.main.id
  task_definition = aws_ecs_task_definition.web.arn
  launch_type     = "FARGATE"
  desired_count   = 0
  propagate_tags  = "SERVICE"

  enable_ecs_managed_tags            = true
  deployment_maximum_percent         = var.variant == "one" ? 200 : 150
  deployment_minimum_healthy_percent = 50
  deployment_circuit_breaker {
    enable   = true
    rollback = true
  }
  network_configuration {
    subnets          = ["subnet-0123456789abcdef0"]
    security_groups  = ["sg-0123456789abcdef0"]
    assign_public_ip = false
  }
  tags = { variant = var.variant }
}

resource "aws_ecs_task_definition" "sleeper" {
  family                = "sleeper"
  container_definitions = jsonencode([{ name = "sleeper", image = "sleeper", memory = 128, command = ["sleep", "1000"] }])
}

# A service that runs, without a network of its own.
resource "aws_ecs_service" "sleeper" {
  name                  = "sleeper"
  cluster               = aws_ecs_cluster.main.id
  task_definition       = aws_ecs_task_definition.sleeper.arn
  launch_type           = "EC2"
  desired_count         = var.variant == "one" ? 1 : 2
  wait_for_steady_state = true
}
