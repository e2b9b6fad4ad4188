export async function handler(event) {
  console.log('called with', event);
  return { greeting: `Hello ${event.name ?? 'serverless world'}!` };
}
