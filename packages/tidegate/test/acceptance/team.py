"""The work of team/main.tf by hand, with boto3: made, changed, looked at, taken away. Prints what it found as one line of JSON."""
import json
import os

import boto3

region = os.environ["AWS_REGION"]
sts, iam, s3, ecs, logs = (boto3.client(name) for name in ("sts", "iam", "s3", "ecs", "logs"))
account = sts.get_caller_identity()["Account"]
bucket = f"acme-reports-py-{account}"
found = {}

trust = json.dumps({
    "Version": "2012-10-17",
    "Statement": {"Effect": "Allow", "Principal": {"Service": "ecs-tasks.amazonaws.com"}, "Action": "sts:AssumeRole"},
})
managed = "arn:aws:iam::aws:policy/service-role/AmazonECSTaskExecutionRolePolicy"
roles = {name: iam.create_role(RoleName=f"py-{name}", AssumeRolePolicyDocument=trust)["Role"]["Arn"] for name in ("task", "execution")}
iam.attach_role_policy(RoleName="py-execution", PolicyArn=managed)

s3.create_bucket(Bucket=bucket, CreateBucketConfiguration={"LocationConstraint": region})
s3.put_bucket_versioning(Bucket=bucket, VersioningConfiguration={"Status": "Enabled"})
large = os.urandom(9 * 1024 * 1024)  # more than one part of the transfer manager
with open("large.bin", "wb") as file:
    file.write(large)
s3.upload_file("large.bin", bucket, "in/large.bin")
s3.download_file(bucket, "in/large.bin", "back.bin")
with open("back.bin", "rb") as file:
    found["same bytes"] = file.read() == large

logs.create_log_group(logGroupName="/ecs/py")
ecs.create_cluster(clusterName="py")
command = "echo release $RELEASE; trap 'exit 0' TERM; while :; do sleep 0.2; done"


def define(release):
    return ecs.register_task_definition(
        family="py",
        taskRoleArn=roles["task"],
        executionRoleArn=roles["execution"],
        containerDefinitions=[{
            "name": "py",
            "image": "py",
            "memory": 128,
            "command": ["/bin/sh", "-c", command],
            "environment": [{"name": "RELEASE", "value": release}],
            "logConfiguration": {
                "logDriver": "awslogs",
                "options": {"awslogs-group": "/ecs/py", "awslogs-region": region, "awslogs-stream-prefix": "py"},
            },
        }],
    )["taskDefinition"]["taskDefinitionArn"]


stable = ecs.get_waiter("services_stable")
stable.config.delay = 1
ecs.create_service(cluster="py", serviceName="py", taskDefinition=define("1"), desiredCount=2)
stable.wait(cluster="py", services=["py"])
ecs.update_service(cluster="py", service="py", taskDefinition=define("2"))
stable.wait(cluster="py", services=["py"])
tasks = ecs.list_tasks(cluster="py", serviceName="py")["taskArns"]
described = ecs.describe_tasks(cluster="py", tasks=tasks)["tasks"]
found["running"] = sorted(task["lastStatus"] + " " + task["taskDefinitionArn"].rsplit("/", 1)[1] for task in described)
found["log"] = sorted(
    event["message"] for page in logs.get_paginator("filter_log_events").paginate(logGroupName="/ecs/py", filterPattern='"release 2"')
    for event in page["events"]
)

ecs.update_service(cluster="py", service="py", desiredCount=0)
ecs.delete_service(cluster="py", service="py")
gone = ecs.get_waiter("services_inactive")
gone.config.delay = 1
gone.wait(cluster="py", services=["py"])
ecs.delete_cluster(cluster="py")
logs.delete_log_group(logGroupName="/ecs/py")
boto3.resource("s3").Bucket(bucket).object_versions.delete()
s3.delete_bucket(Bucket=bucket)
iam.detach_role_policy(RoleName="py-execution", PolicyArn=managed)
for name in ("task", "execution"):
    iam.delete_role(RoleName=f"py-{name}")
found["buckets left"] = len(s3.list_buckets()["Buckets"])
print(json.dumps(found))
