#!/usr/bin/env bash
# The work of team/main.tf by hand, with the command line of AWS: made, changed, looked at, taken away. Prints what it found, a line each.
set -euo pipefail

account=$(aws sts get-caller-identity --query Account --output text)
bucket=acme-reports-cli-$account
trust='{"Version":"2012-10-17","Statement":{"Effect":"Allow","Principal":{"Service":"ecs-tasks.amazonaws.com"},"Action":"sts:AssumeRole"}}'

aws iam create-role --role-name cli-execution --assume-role-policy-document "$trust" >/dev/null
aws iam attach-role-policy --role-name cli-execution \
  --policy-arn arn:aws:iam::aws:policy/service-role/AmazonECSTaskExecutionRolePolicy
aws iam create-role --role-name cli-task --assume-role-policy-document "$trust" >/dev/null
aws iam put-role-policy --role-name cli-task --policy-name own-reports --policy-document \
  '{"Version":"2012-10-17","Statement":{"Effect":"Allow","Action":"s3:PutObject","Resource":"arn:aws:s3:::'"$bucket"'/out/*"}}'

aws s3 mb "s3://$bucket" >/dev/null
aws s3api put-bucket-versioning --bucket "$bucket" --versioning-configuration Status=Enabled
aws s3api put-bucket-lifecycle-configuration --bucket "$bucket" --lifecycle-configuration \
  '{"Rules":[{"ID":"old","Status":"Enabled","Filter":{"Prefix":"out/"},"Expiration":{"Days":90}}]}' >/dev/null
printf 'hello\n' | aws s3 cp - "s3://$bucket/in/hello.txt"
printf 'object: %s\n' "$(aws s3 cp "s3://$bucket/in/hello.txt" -)"

aws logs create-log-group --log-group-name /ecs/cli
aws logs put-retention-policy --log-group-name /ecs/cli --retention-in-days 7
aws ecs create-cluster --cluster-name cli >/dev/null

define() {
  aws ecs register-task-definition --family cli --query taskDefinition.taskDefinitionArn --output text \
    --execution-role-arn "arn:aws:iam::$account:role/cli-execution" --task-role-arn "arn:aws:iam::$account:role/cli-task" \
    --container-definitions '[{"name":"cli","image":"cli","memory":128,
      "command":["/bin/sh","-c","echo release '"$1"'; trap \"exit 0\" TERM; while :; do sleep 0.2; done"],
      "logConfiguration":{"logDriver":"awslogs","options":{"awslogs-group":"/ecs/cli","awslogs-region":"'"$AWS_REGION"'","awslogs-stream-prefix":"cli"}}}]'
}

define 1 >/dev/null
aws ecs create-service --cluster cli --service-name cli --task-definition cli:1 --desired-count 1 >/dev/null
aws ecs wait services-stable --cluster cli --services cli
define 2 >/dev/null
aws ecs update-service --cluster cli --service cli --task-definition cli:2 >/dev/null
aws ecs wait services-stable --cluster cli --services cli
task=$(aws ecs list-tasks --cluster cli --service-name cli --query 'taskArns[0]' --output text)
aws ecs wait tasks-running --cluster cli --tasks "$task"
printf 'runs: %s\n' "$(aws ecs describe-tasks --cluster cli --tasks "$task" --query 'tasks[0].[lastStatus,taskDefinitionArn]' --output text)"
printf 'log: %s\n' "$(aws logs get-log-events --log-group-name /ecs/cli --log-stream-name "cli/cli/${task##*/}" --query 'events[0].message' --output text)"

aws ecs update-service --cluster cli --service cli --desired-count 0 >/dev/null
aws ecs delete-service --cluster cli --service cli >/dev/null
aws ecs wait services-inactive --cluster cli --services cli
aws ecs deregister-task-definition --task-definition cli:1 >/dev/null
aws ecs deregister-task-definition --task-definition cli:2 >/dev/null
aws ecs delete-cluster --cluster cli >/dev/null
aws logs delete-log-group --log-group-name /ecs/cli
aws s3api delete-object --bucket "$bucket" --key in/hello.txt \
  --version-id "$(aws s3api list-object-versions --bucket "$bucket" --query 'Versions[0].VersionId' --output text)" >/dev/null
aws s3 rb "s3://$bucket" >/dev/null
aws iam delete-role-policy --role-name cli-task --policy-name own-reports
aws iam delete-role --role-name cli-task
aws iam detach-role-policy --role-name cli-execution --policy-arn arn:aws:iam::aws:policy/service-role/AmazonECSTaskExecutionRolePolicy
aws iam delete-role --role-name cli-execution
printf 'left: %s\n' "$(aws iam list-roles --query 'length(Roles)' --output text)"
