#!/bin/bash
# Gives Moisson an account of its own, which may touch its own indices only. Run again it writes the same, with the password of now.
set -euo pipefail
: "${ELASTICSEARCH:?address}" "${CA_FILE:?}" "${ELASTIC_PASSWORD:?}" "${INDEX_PASSWORD:?}" "${ROLE_FILE:?}"
if [[ ! $INDEX_PASSWORD =~ ^[A-Za-z0-9_-]{12,}$ ]]; then
  echo "INDEX_PASSWORD: at least 12 letters, digits, - and _" >&2
  exit 2
fi

# Passwords go by standard input and by files, never by the command line, which others can see.
put() {
  curl --config <(printf 'user = "elastic:%s"\n' "$ELASTIC_PASSWORD") --silent --show-error --fail --output /dev/null --max-time 30 \
    --cacert "$CA_FILE" --header 'Content-Type: application/json' --request PUT --data-binary @- "$ELASTICSEARCH/$1"
}

put _security/role/moisson < "$ROLE_FILE"
put _security/user/moisson <<< "{\"password\": \"$INDEX_PASSWORD\", \"roles\": [\"moisson\"], \"full_name\": \"Moisson\"}"
echo "the account moisson is ready"
