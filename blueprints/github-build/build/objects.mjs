/** Objects of buckets, at the address that a function finds in its environment. */
export async function getObject(bucket, key) {
  const answer = await fetch(addressOf(bucket, key));
  if (answer.status === 404) throw new Error(`there are no sources: put them to ${bucket}/${key}`);
  if (!answer.ok) throw new Error(`${bucket}/${key} cannot be read: ${answer.status} ${await answer.text()}`);
  return Buffer.from(await answer.arrayBuffer());
}

export async function putObject(bucket, key, body, type) {
  const answer = await fetch(addressOf(bucket, key), { method: 'PUT', body, headers: { 'content-type': type } });
  if (!answer.ok) throw new Error(`${bucket}/${key} cannot be written: ${answer.status} ${await answer.text()}`);
}

function addressOf(bucket, key) {
  return `${process.env.FOB_URL}/v1/buckets/${bucket}/objects/${key.split('/').map(encodeURIComponent).join('/')}`;
}
