import csv
import io
import os
import urllib.request
from urllib.parse import quote, unquote_plus

import psycopg
from psycopg import sql

TABLE = sql.Identifier(*os.environ['TABLE'].split('.'))
KEY = os.environ['KEY']


def handler(event, context):
    """Loads each file that was uploaded. A row whose key is there already replaces what is there."""
    for record in event['Records']:
        bucket = record['s3']['bucket']['name']
        key = unquote_plus(record['s3']['object']['key'])
        with open_object(bucket, key) as lines:
            count = load(csv.reader(lines))
        print(f'{key}: {count} rows')


def open_object(bucket, key):
    """The lines of an object as they come: a file may be larger than the memory."""
    answer = urllib.request.urlopen(f"{os.environ['FOB_URL']}/v1/buckets/{bucket}/objects/{quote(key)}")
    # Excel begins its files with a byte order mark.
    return io.TextIOWrapper(answer, encoding='utf-8-sig', newline='')


def load(rows):
    columns = [name.strip() for name in next(rows, [])]
    if KEY not in columns:
        raise ValueError(f'the first line names no column "{KEY}", but {", ".join(columns) or "nothing"}')
    names = sql.SQL(', ').join(map(sql.Identifier, columns))
    others = [sql.Identifier(name) for name in columns if name != KEY]
    change = sql.SQL('DO NOTHING')
    if others:
        change = sql.SQL('DO UPDATE SET {}').format(
            sql.SQL(', ').join(sql.SQL('{0} = excluded.{0}').format(name) for name in others)
        )

    # One transaction: a row that cannot be stored leaves the table as it was, and the event is tried again.
    with psycopg.connect(os.environ['DATABASE_URL'], connect_timeout=10) as connection, connection.cursor() as cursor:
        # COPY is the fast way in, but knows no conflict: so into a table that is gone with the transaction.
        cursor.execute(
            sql.SQL('CREATE TEMPORARY TABLE incoming ON COMMIT DROP AS SELECT {} FROM {} WITH NO DATA').format(
                names, TABLE
            )
        )
        with cursor.copy(sql.SQL('COPY incoming ({}) FROM STDIN').format(names)) as copy:
            for number, row in enumerate(rows, start=2):
                if len(row) != len(columns):
                    raise ValueError(f'row {number} has {len(row)} fields and not {len(columns)}')
                copy.write_row([value if value != '' else None for value in row])
        # The last of several rows with one key counts: ctid is the order in which they came.
        cursor.execute(
            sql.SQL(
                'INSERT INTO {table} ({names}) SELECT DISTINCT ON ({key}) {names} FROM incoming ORDER BY {key}, ctid DESC '
                'ON CONFLICT ({key}) {change}'
            ).format(table=TABLE, names=names, key=sql.Identifier(KEY), change=change)
        )
        return cursor.rowcount
