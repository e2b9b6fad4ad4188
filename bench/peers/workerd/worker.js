const headers = { 'content-type': 'application/json; charset=UTF-8' };

export default {
  fetch() {
    return new Response('{"result": 42}', { headers });
  },
};
