"""Every kind of IAM entity from its creation to its end, with boto3. Prints what a test compares, as one JSON object."""
import json

import boto3
from botocore.exceptions import ClientError

iam = boto3.client('iam')
account = boto3.client('sts').get_caller_identity()['Account']
seen = {}


def document(action):
    return json.dumps({'Version': '2012-10-17', 'Statement': [{'Effect': 'Allow', 'Action': action, 'Resource': '*'}]})


def code_of(call, **arguments):
    try:
        call(**arguments)
        return None
    except ClientError as error:
        return error.response['Error']['Code']


trust = {'Version': '2012-10-17', 'Statement': [{'Effect': 'Allow', 'Principal': {'Service': 'ecs-tasks.amazonaws.com'}, 'Action': 'sts:AssumeRole'}]}

# Managed policy with versions
policy = iam.create_policy(PolicyName='walk', Path='/team/', PolicyDocument=document('s3:GetObject'), Description='a walk', Tags=[{'Key': 'a', 'Value': '1'}])['Policy']
arn = policy['Arn']
iam.get_waiter('policy_exists').wait(PolicyArn=arn)
for action in ['s3:PutObject', 's3:ListBucket', 's3:DeleteObject', 's3:GetBucketAcl']:
    iam.create_policy_version(PolicyArn=arn, PolicyDocument=document(action), SetAsDefault=True)
seen['sixth version'] = code_of(iam.create_policy_version, PolicyArn=arn, PolicyDocument=document('s3:Get*'))
iam.set_default_policy_version(PolicyArn=arn, VersionId='v2')
seen['versions'] = [(each['VersionId'], each['IsDefaultVersion']) for each in iam.list_policy_versions(PolicyArn=arn)['Versions']]
seen['document'] = iam.get_policy_version(PolicyArn=arn, VersionId='v2')['PolicyVersion']['Document']
seen['default version deleted'] = code_of(iam.delete_policy_version, PolicyArn=arn, VersionId='v2')

# User, with key, group, policies, boundary and tags
iam.create_user(UserName='walker', Path='/people/', PermissionsBoundary=arn, Tags=[{'Key': 'team', 'Value': 'payments'}])
iam.get_waiter('user_exists').wait(UserName='walker')
key = iam.create_access_key(UserName='walker')['AccessKey']
iam.create_group(GroupName='walkers')
iam.add_user_to_group(GroupName='walkers', UserName='walker')
iam.put_user_policy(UserName='walker', PolicyName='own', PolicyDocument=document('iam:GetUser'))
iam.put_group_policy(GroupName='walkers', PolicyName='ours', PolicyDocument=document('iam:ListUsers'))
iam.attach_user_policy(UserName='walker', PolicyArn=arn)
iam.attach_group_policy(GroupName='walkers', PolicyArn='arn:aws:iam::aws:policy/ReadOnlyAccess')
user = iam.get_user(UserName='walker')['User']
seen['user'] = {name: user[name] for name in ['Arn', 'Path', 'PermissionsBoundary', 'Tags']}
seen['created at a whole second'] = user['CreateDate'].microsecond == 0
seen['groups'] = [each['GroupName'] for each in iam.list_groups_for_user(UserName='walker')['Groups']]
seen['members'] = [each['UserName'] for each in iam.get_group(GroupName='walkers')['Users']]
seen['entities'] = [each['UserName'] for each in iam.list_entities_for_policy(PolicyArn=arn)['PolicyUsers']]
seen['policy in use'] = code_of(iam.delete_policy, PolicyArn=arn)
seen['user in use'] = code_of(iam.delete_user, UserName='walker')
seen['simulated'] = [
    each['EvalDecision']
    for each in iam.simulate_principal_policy(PolicySourceArn=user['Arn'], ActionNames=['s3:PutObject', 'iam:GetUser'])['EvaluationResults']
]

# Role, in an instance profile
role = iam.create_role(RoleName='walk', AssumeRolePolicyDocument=json.dumps(trust), Description='first', MaxSessionDuration=7200, PermissionsBoundary=arn)['Role']
iam.get_waiter('role_exists').wait(RoleName='walk')
seen['trust'] = role['AssumeRolePolicyDocument'] == trust
iam.update_role(RoleName='walk', Description='second', MaxSessionDuration=3600)
iam.tag_role(RoleName='walk', Tags=[{'Key': 'a', 'Value': '1'}, {'Key': 'b', 'Value': '2'}])
iam.untag_role(RoleName='walk', TagKeys=['a'])
iam.create_instance_profile(InstanceProfileName='walk')
iam.add_role_to_instance_profile(InstanceProfileName='walk', RoleName='walk')
role = iam.get_role(RoleName='walk')['Role']
seen['role'] = {name: role[name] for name in ['Description', 'MaxSessionDuration', 'Tags']}
seen['profiles'] = [each['InstanceProfileName'] for each in iam.list_instance_profiles_for_role(RoleName='walk')['InstanceProfiles']]
seen['role in use'] = code_of(iam.delete_role, RoleName='walk')

# Pages
for i in range(5):
    iam.create_group(GroupName='page-%d' % i)
pages = list(iam.get_paginator('list_groups').paginate(PaginationConfig={'PageSize': 2}))
seen['pages'] = [[each['GroupName'] for each in page['Groups']] for page in pages]

# Account
iam.create_account_alias(AccountAlias='walk-about')
seen['aliases'] = iam.list_account_aliases()['AccountAliases']
iam.update_account_password_policy(MinimumPasswordLength=14, RequireSymbols=True)
seen['minimum length'] = iam.get_account_password_policy()['PasswordPolicy']['MinimumPasswordLength']
provider = iam.create_open_id_connect_provider(Url='https://login.example.com', ClientIDList=['a'], ThumbprintList=['0' * 40])['OpenIDConnectProviderArn']
iam.add_client_id_to_open_id_connect_provider(OpenIDConnectProviderArn=provider, ClientID='b')
seen['client ids'] = iam.get_open_id_connect_provider(OpenIDConnectProviderArn=provider)['ClientIDList']
iam.create_service_linked_role(AWSServiceName='ecs.amazonaws.com')
seen['service-linked role changed'] = code_of(iam.put_role_policy, RoleName='AWSServiceRoleForECS', PolicyName='x', PolicyDocument=document('*'))
details = iam.get_account_authorization_details(Filter=['User', 'LocalManagedPolicy'])
seen['details'] = [len(details['UserDetailList']), len(details['Policies'])]
while iam.generate_credential_report()['State'] != 'COMPLETE':
    pass
seen['report'] = [line.split(',')[0] for line in iam.get_credential_report()['Content'].decode().splitlines()]

# All of it ends
iam.remove_role_from_instance_profile(InstanceProfileName='walk', RoleName='walk')
iam.delete_instance_profile(InstanceProfileName='walk')
iam.delete_role_permissions_boundary(RoleName='walk')
iam.delete_role(RoleName='walk')
iam.remove_user_from_group(GroupName='walkers', UserName='walker')
iam.detach_user_policy(UserName='walker', PolicyArn=arn)
iam.delete_user_policy(UserName='walker', PolicyName='own')
iam.delete_access_key(UserName='walker', AccessKeyId=key['AccessKeyId'])
iam.delete_user_permissions_boundary(UserName='walker')
iam.delete_user(UserName='walker')
iam.detach_group_policy(GroupName='walkers', PolicyArn='arn:aws:iam::aws:policy/ReadOnlyAccess')
iam.delete_group_policy(GroupName='walkers', PolicyName='ours')
for name in ['walkers'] + ['page-%d' % i for i in range(5)]:
    iam.delete_group(GroupName=name)
for version in iam.list_policy_versions(PolicyArn=arn)['Versions']:
    if not version['IsDefaultVersion']:
        iam.delete_policy_version(PolicyArn=arn, VersionId=version['VersionId'])
iam.delete_policy(PolicyArn=arn)
iam.delete_account_alias(AccountAlias='walk-about')
iam.delete_account_password_policy()
iam.delete_open_id_connect_provider(OpenIDConnectProviderArn=provider)
task = iam.delete_service_linked_role(RoleName='AWSServiceRoleForECS')['DeletionTaskId']
seen['deletion'] = iam.get_service_linked_role_deletion_status(DeletionTaskId=task)['Status']
summary = iam.get_account_summary()['SummaryMap']
seen['left'] = {name: summary[name] for name in ['Users', 'Groups', 'Roles', 'Policies', 'InstanceProfiles']}
seen['gone'] = [
    code_of(iam.get_user, UserName='walker'),
    code_of(iam.get_role, RoleName='walk'),
    code_of(iam.get_policy, PolicyArn=arn),
    code_of(iam.get_account_password_policy),
]
print(json.dumps(seen))
