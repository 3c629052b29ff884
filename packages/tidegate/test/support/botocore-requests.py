"""Why this exists: requests as botocore makes and signs them, one JSON object a line, without any server.

Credentials are those of the documentation; the clock is that of the machine, because botocore's is.
"""
import base64
import io
import json
import sys

import botocore.awsrequest
import botocore.session
from botocore.config import Config

ENDPOINT = 'http://127.0.0.1:4566'
KEY, SECRET = 'AKIDEXAMPLE', 'wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY'


def client(service, region='us-east-1', endpoint=ENDPOINT, token=None, **config):
    session = botocore.session.Session()
    session.set_credentials(KEY, SECRET, token)
    return session.create_client(service, region_name=region, endpoint_url=endpoint, config=Config(retries={'max_attempts': 0}, **config))


def emit(name, service, method, url, headers, body):
    if hasattr(body, 'read'):
        body = body.read()
    if isinstance(body, str):
        body = body.encode()
    target = url.split('://', 1)[1]
    host, slash, path = target.partition('/')
    if not slash:
        host, mark, query = target.partition('?')
        path = mark + query
    pairs = [[k.lower(), v.decode('latin1') if isinstance(v, bytes) else str(v)] for k, v in headers.items()]
    if not any(k == 'host' for k, _ in pairs):
        pairs.append(['host', host])
    path, _, query = ('/' + path).partition('?')
    line = {'name': name, 'service': service, 'method': method, 'path': path, 'query': query, 'headers': pairs,
            'body': base64.b64encode(body or b'').decode()}
    sys.stdout.write(json.dumps(line) + '\n')


def call(name, made, operation, **arguments):
    service = made.meta.service_model.signing_name

    def capture(request, **_):
        emit(name, service, request.method, request.url, request.headers, request.body)
        return botocore.awsrequest.AWSResponse(request.url, 200, {}, io.BytesIO(b''))

    made.meta.events.register('before-send', capture)
    try:
        getattr(made, operation)(**arguments)
    except Exception as error:  # the empty answer is not what the parser hopes for
        if 'before-send' in str(error):
            raise


def url(name, made, operation, method='GET', headers=None, body=b'', **arguments):
    signed = made.generate_presigned_url(operation, Params=arguments, ExpiresIn=300, HttpMethod=method)
    emit(name, 's3' if made.meta.service_model.service_name == 's3' else made.meta.service_model.signing_name, method, signed, headers or {}, body)


def post(name, made):
    made_post = made.generate_presigned_post('bucket', 'user/${filename}', Fields={'acl': 'private', 'Content-Type': 'image/png'}, ExpiresIn=300, Conditions=[
        {'acl': 'private'}, ['starts-with', '$Content-Type', 'image/'], ['content-length-range', 1, 1000]])
    sys.stdout.write(json.dumps({'name': name, 'service': 'post', 'fields': made_post['fields']}) + '\n')


v4 = {'signature_version': 's3v4', 's3': {'addressing_style': 'path'}}
call('query service', client('sts'), 'get_caller_identity')
call('query service with a session', client('sts', token='sealed'), 'get_caller_identity')
call('global query service', client('iam'), 'create_user', UserName='Zoë +/=&%', Path='/a b/')
call('json service', client('ecs', 'eu-central-1'), 'describe_clusters', clusters=['web'])
call('json service with unicode', client('secretsmanager'), 'create_secret', Name='a/b', SecretString='ü')
call('json service, other target', client('cloudtrail'), 'lookup_events')
keys = ['plain', 'a b/c+d', "a!'()*b", 'ü/€/😀', 'a//b', '../x', 'a?b#c&d=e', '~tilde', 'a%2Fb', 'trailing/', "a:b@c$d,e;f"]
for key in keys:
    call(f'S3 key {key}', client('s3', **v4), 'put_object', Bucket='bucket', Key=key, Body=b'hello', Metadata={'note': 'two  words'})
    url(f'S3 presigned key {key}', client('s3', **v4), 'get_object', Bucket='bucket', Key=key)
call('S3 list', client('s3', **v4), 'list_objects_v2', Bucket='bucket', Prefix='a b/+', Delimiter='/', StartAfter='ü')
call('S3 sub-resource', client('s3', **v4), 'get_bucket_tagging', Bucket='bucket')
call('S3 copy', client('s3', **v4), 'copy_object', Bucket='bucket', Key='k', CopySource={'Bucket': 'b', 'Key': 'ü k'})
call('S3 session', client('s3', token='sealed', **v4), 'get_object', Bucket='bucket', Key='k')
call('S3 stream over TLS', client('s3', endpoint='https://127.0.0.1:4566', **v4), 'put_object', Bucket='bucket', Key='k', Body=io.BytesIO(b'hello' * 5000))
call('S3 stream over TLS, crc32c', client('s3', endpoint='https://127.0.0.1:4566', **v4), 'put_object', Bucket='bucket', Key='k', Body=io.BytesIO(b'x'), ChecksumAlgorithm='SHA256')
url('S3 presigned upload', client('s3', **v4), 'put_object', 'PUT', body=b'any', Bucket='bucket', Key='k')
url('S3 presigned session', client('s3', token='sealed/+=', **v4), 'get_object', Bucket='bucket', Key='k', ResponseContentType='text/plain', VersionId='v')
url('presigned call', client('sts'), 'get_caller_identity')
v2 = {'signature_version': 's3', 's3': {'addressing_style': 'path'}}
for key in keys:
    url(f'S3 version 2 presigned key {key}', client('s3', **v2), 'get_object', Bucket='bucket', Key=key)
    call(f'S3 version 2 key {key}', client('s3', **v2), 'put_object', Bucket='bucket', Key=key, Body=b'hello')
url('S3 version 2 presigned as the default', client('s3'), 'get_object', Bucket='bucket', Key='k', ResponseContentType='a b')
url('S3 version 2 presigned session', client('s3', token='sealed/+=', **v2), 'get_object', Bucket='bucket', Key='k', VersionId='v')
url('S3 version 2 presigned upload', client('s3', **v2), 'put_object', 'PUT', {'content-md5': ''}, b'any', Bucket='bucket', Key='k')
call('S3 version 2 list', client('s3', **v2), 'list_objects_v2', Bucket='bucket', Prefix='a b')
call('S3 version 2 sub-resource', client('s3', **v2), 'get_bucket_tagging', Bucket='bucket')
call('S3 version 2 parts', client('s3', **v2), 'upload_part', Bucket='bucket', Key='k', PartNumber=3, UploadId='u/+=', Body=b'x')
post('post version 4', client('s3', **v4))
post('post version 4 with a session', client('s3', token='sealed', **v4))
post('post version 2', client('s3', **v2))
