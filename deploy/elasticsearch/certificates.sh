#!/bin/bash
# Makes a certificate authority and the node's certificate in the current folder, unless they are there. Only who runs this can read the keys.
set -euo pipefail
umask 077
certutil=/usr/share/elasticsearch/bin/elasticsearch-certutil
[ -f node/node.key ] && exit 0

rm -rf ca node ./*.zip
"$certutil" ca --silent --pem --days 3650 --out "$PWD/ca.zip"
unzip -q ca.zip
"$certutil" cert --silent --pem --days 3650 --name node --dns elasticsearch --dns localhost --ip 127.0.0.1 \
  --ca-cert ca/ca.crt --ca-key ca/ca.key --out "$PWD/node.zip"
# The certificate is public; whoever reads it must be able to enter its folder.
chmod 755 ca
chmod 644 ca/ca.crt
unzip -q node.zip
rm -- *.zip
