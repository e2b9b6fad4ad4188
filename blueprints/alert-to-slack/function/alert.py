import json
import os
import urllib.error
import urllib.request

SIGNS = {'critical': ':red_circle:', 'warning': ':large_yellow_circle:', 'info': ':white_circle:'}
MAX_TEXT = 3000


def callme(event):
    """Posts one alert: an event of the platform (`fob.alert.…`), or whatever was published, with `title`, `text` and `severity`."""
    data = event.get('data')
    alert = data if isinstance(data, dict) else {'title': str(data)}
    severity = alert.get('severity', 'info')
    title = alert.get('title') or alert.get('message') or event['type']
    message = f"{SIGNS.get(severity, SIGNS['info'])} *{escaped(title)}*"
    if alert.get('text'):
        message += f"\n{escaped(alert['text'])[:MAX_TEXT]}"
    post({'text': message})
    return message


def escaped(text):
    """As Slack wants it: an alert that holds `<!channel>` calls nobody."""
    return str(text).replace('&', '&amp;').replace('<', '&lt;').replace('>', '&gt;')


def post(message):
    headers = {'Content-Type': 'application/json; charset=utf-8'}
    request = urllib.request.Request(os.environ['SLACK_WEBHOOK_URL'], json.dumps(message).encode(), headers)
    try:
        urllib.request.urlopen(request, timeout=8).close()
    except urllib.error.HTTPError as error:
        # The address is a secret, and stays out of the error. What fails is tried again, with growing pauses.
        raise RuntimeError(f'Slack answered {error.code}: {error.read(200).decode(errors="replace")}') from None
