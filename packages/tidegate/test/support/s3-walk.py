"""boto3 through what a program does with S3: fails at the first answer that is not what AWS gives."""

import hashlib
import io
import re
import urllib.request

import boto3
from boto3.s3.transfer import TransferConfig
from botocore.exceptions import ClientError

s3 = boto3.client('s3')
bucket = 'walked'


def code_of(call, **arguments):
    try:
        call(**arguments)
    except ClientError as error:
        return error.response['Error']['Code'], error.response['ResponseMetadata']['HTTPStatusCode']
    raise AssertionError(f'{call} succeeded')


s3.create_bucket(Bucket=bucket)

# The transfer manager: parts up, ranges down.
data = bytes(range(256)) * 65536
parts = TransferConfig(multipart_threshold=5 * 1024 * 1024, multipart_chunksize=5 * 1024 * 1024)
s3.upload_fileobj(io.BytesIO(data), bucket, 'large', Config=parts, ExtraArgs={'Metadata': {'kind': 'test'}})
back = io.BytesIO()
s3.download_fileobj(bucket, 'large', back, Config=parts)
assert back.getvalue() == data
head = s3.head_object(Bucket=bucket, Key='large')
assert head['ETag'].endswith('-4"') and head['Metadata'] == {'kind': 'test'}, head
part = s3.get_object(Bucket=bucket, Key='large', PartNumber=4)
assert part['PartsCount'] == 4 and part['ContentLength'] == len(data) - 3 * 5 * 1024 * 1024, part
assert s3.get_object(Bucket=bucket, Key='large', Range='bytes=-3')['Body'].read() == data[-3:]
assert code_of(s3.get_object, Bucket=bucket, Key='large', Range=f'bytes={len(data)}-') == ('InvalidRange', 416)

# Conditions.
etag = s3.put_object(Bucket=bucket, Key='k', Body=b'one', IfNoneMatch='*')['ETag']
assert etag == '"' + hashlib.md5(b'one').hexdigest() + '"'
assert code_of(s3.put_object, Bucket=bucket, Key='k', Body=b'two', IfNoneMatch='*') == ('PreconditionFailed', 412)
assert code_of(s3.put_object, Bucket=bucket, Key='none', Body=b'', IfMatch=etag) == ('NoSuchKey', 404)
assert code_of(s3.get_object, Bucket=bucket, Key='k', IfNoneMatch=etag) == ('304', 304)
assert code_of(s3.get_object, Bucket=bucket, Key='k', IfMatch='"other"') == ('PreconditionFailed', 412)

# Checksums.
for algorithm in ('CRC32', 'CRC32C', 'SHA1', 'SHA256', 'CRC64NVME'):
    try:
        s3.put_object(Bucket=bucket, Key=algorithm, Body=b'sum', ChecksumAlgorithm=algorithm)
    except Exception as error:
        if 'crt' in str(error):
            continue
        raise
    told = s3.head_object(Bucket=bucket, Key=algorithm, ChecksumMode='ENABLED')
    assert told[f'Checksum{algorithm}'] and told['ChecksumType'] == 'FULL_OBJECT', told
assert code_of(s3.put_object, Bucket=bucket, Key='bad', Body=b'sum', ChecksumCRC32='AAAAAA==') == ('BadDigest', 400)
assert code_of(s3.put_object, Bucket=bucket, Key='bad', Body=b'sum', ContentMD5='1B2M2Y8AsgTpgAmY7PhCfg==') == ('BadDigest', 400)
assert code_of(s3.head_object, Bucket=bucket, Key='bad') == ('404', 404)

# Names.
names = ['a//b', '../up', 'ü/ö', 'sp ace+plus%25', 'x' * 1024, 'ctl-\x01', '\U0001f600', '\uffee']
for name in names:
    s3.put_object(Bucket=bucket, Key='n' + name[1:] if len(name) == 1024 else name, Body=name.encode())
assert s3.get_object(Bucket=bucket, Key='../up')['Body'].read() == b'../up'
assert code_of(s3.put_object, Bucket=bucket, Key='x' * 1025, Body=b'') == ('KeyTooLongError', 400)
keys = [each['Key'] for each in s3.list_objects_v2(Bucket=bucket)['Contents']]
assert keys == sorted(keys, key=lambda key: key.encode()), keys
assert {'ctl-\x01', '\U0001f600', 'a//b', 'sp ace+plus%25'} < set(keys), keys
pages = s3.get_paginator('list_objects_v2').paginate(Bucket=bucket, PaginationConfig={'PageSize': 2})
assert [each['Key'] for page in pages for each in page['Contents']] == keys
prefixes = s3.list_objects_v2(Bucket=bucket, Delimiter='/')['CommonPrefixes']
assert [each['Prefix'] for each in prefixes] == ['../', 'a/', 'ü/'], prefixes

# XML has no word for it: an answer to DeleteObjects that names it is one that no parser reads, on AWS too.
s3.delete_object(Bucket=bucket, Key='ctl-\x01')

# Versions.
s3.put_bucket_versioning(Bucket=bucket, VersioningConfiguration={'Status': 'Enabled'})
first = s3.put_object(Bucket=bucket, Key='v', Body=b'1')['VersionId']
second = s3.put_object(Bucket=bucket, Key='v', Body=b'2')['VersionId']
assert s3.get_object(Bucket=bucket, Key='v', VersionId=first)['Body'].read() == b'1'
marker = s3.delete_object(Bucket=bucket, Key='v')
assert marker['DeleteMarker'] and code_of(s3.get_object, Bucket=bucket, Key='v') == ('NoSuchKey', 404)
assert code_of(s3.get_object, Bucket=bucket, Key='v', VersionId=marker['VersionId']) == ('MethodNotAllowed', 405)
listed = s3.list_object_versions(Bucket=bucket, Prefix='v')
assert [each['VersionId'] for each in listed['Versions']] == [second, first] and len(listed['DeleteMarkers']) == 1
s3.delete_object(Bucket=bucket, Key='v', VersionId=marker['VersionId'])
assert s3.get_object(Bucket=bucket, Key='v')['VersionId'] == second

# Tags, copies, attributes.
s3.put_object_tagging(Bucket=bucket, Key='v', Tagging={'TagSet': [{'Key': 'a', 'Value': 'b'}]})
s3.copy_object(Bucket=bucket, Key='w', CopySource={'Bucket': bucket, 'Key': 'sp ace+plus%25'})
assert s3.get_object(Bucket=bucket, Key='w')['Body'].read() == b'sp ace+plus%25'
s3.copy_object(Bucket=bucket, Key='w', CopySource={'Bucket': bucket, 'Key': 'v', 'VersionId': first})
assert s3.get_object(Bucket=bucket, Key='w')['Body'].read() == b'1'
assert code_of(s3.copy_object, Bucket=bucket, Key='v', CopySource=f'{bucket}/v') == ('InvalidRequest', 400)
told = s3.get_object_attributes(Bucket=bucket, Key='large', ObjectAttributes=['ObjectSize', 'ETag', 'ObjectParts'])
assert told['ObjectSize'] == len(data) and told['ObjectParts']['TotalPartsCount'] == 4, told

# A form, signed in advance.
form = s3.generate_presigned_post(bucket, 'forms/${filename}', Conditions=[['content-length-range', 1, 10]])


def post(content):
    border = 'border'
    fields = ''.join(f'--{border}\r\nContent-Disposition: form-data; name="{name}"\r\n\r\n{value}\r\n' for name, value in form['fields'].items())
    file = f'--{border}\r\nContent-Disposition: form-data; name="file"; filename="f.txt"\r\n\r\n{content}\r\n--{border}--\r\n'
    headers = {'Content-Type': f'multipart/form-data; boundary={border}'}
    request = urllib.request.Request(form['url'], data=(fields + file).encode(), headers=headers)
    try:
        return urllib.request.urlopen(request).status, ''
    except urllib.error.HTTPError as error:
        return error.code, re.search('<Code>(.*?)</Code>', error.read().decode())[1]


assert post('content') == (204, '')
assert s3.get_object(Bucket=bucket, Key='forms/f.txt')['Body'].read() == b'content'
assert post('much too long') == (400, 'EntityTooLarge')
form['fields']['key'] = 'elsewhere'
assert post('content') == (403, 'AccessDenied')

# What is not there says so, and never stands for something else.
for unbuilt in ('ownershipControlsX', 'somethingNew'):
    url = f'{s3.meta.endpoint_url}/{bucket}?{unbuilt}'
    try:
        urllib.request.urlopen(urllib.request.Request(url, method='DELETE'))
        raise AssertionError(unbuilt)
    except urllib.error.HTTPError as error:
        assert error.code == 501, error
assert code_of(s3.delete_bucket, Bucket=bucket) == ('BucketNotEmpty', 409)
versions = boto3.resource('s3').Bucket(bucket).object_versions
versions.delete()
s3.delete_bucket(Bucket=bucket)
assert code_of(s3.head_bucket, Bucket=bucket) == ('404', 404)
print('done')
