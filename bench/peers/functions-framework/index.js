/** The same answer as the other contenders, computed by a function as this framework runs it. */
export function callme(_request, response) {
  response.set('content-type', 'application/json; charset=UTF-8');
  response.send('{"result": 42}');
}
