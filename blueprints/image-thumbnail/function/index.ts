import { GetObjectCommand, PutObjectCommand, S3Client } from '@aws-sdk/client-s3';
import { Jimp, JimpMime } from 'jimp';

/** The part of an S3 event that is needed here. */
interface S3Event {
  readonly Records: readonly { readonly s3: { readonly bucket: { name: string }; readonly object: { key: string } } }[];
}

const SIZE = Number(process.env.SIZE ?? 256);
const THUMBNAILS = process.env.THUMBNAILS ?? 'thumbnails';
/** A picture is unpacked in memory, 4 bytes a pixel: a small file may be a very large picture. */
const MAX_BYTES = 20_000_000;
// Made once for each sandbox, not for each call.
const s3 = new S3Client({});

export async function handler({ Records }: S3Event): Promise<string[]> {
  const made: string[] = [];
  for (const {
    s3: { bucket, object },
  } of Records) {
    // Keys in S3's events are written as in a form.
    const key = decodeURIComponent(object.key.replaceAll('+', ' '));
    const { Body, ContentLength = 0 } = await s3.send(new GetObjectCommand({ Bucket: bucket.name, Key: key }));
    if (ContentLength > MAX_BYTES) throw new Error(`${key} has ${ContentLength} bytes; ${MAX_BYTES} are the most`);
    const picture = await Jimp.read(Buffer.from(await Body!.transformToByteArray())).catch((cause) => {
      throw new Error(`${key} is no picture that can be read`, { cause });
    });

    const { width, height } = picture.bitmap;
    // Small ones are not made larger.
    if (Math.max(width, height) > SIZE) picture.scaleToFit({ w: SIZE, h: SIZE });
    // Pictures that may be transparent stay so.
    const type = picture.mime === JimpMime.png ? JimpMime.png : JimpMime.jpeg;
    const bytes = await picture.getBuffer(type);

    // The same key each time: an event that comes twice writes the same object again.
    await s3.send(new PutObjectCommand({ Bucket: THUMBNAILS, Key: key, Body: bytes, ContentType: type }));
    console.log(`${key}: ${width} x ${height} became ${picture.bitmap.width} x ${picture.bitmap.height}`);
    made.push(key);
  }
  return made;
}
