#!/bin/sh
# Gives each service a database and a role that can reach no other; run once, on an empty volume.
set -eu
for service in identity parties sales campaigns helpdesk scheduling chat; do
    psql --username postgres --set ON_ERROR_STOP=1 --quiet \
        --set service="$service" --set password="$(cat "/run/rapport/secrets/$service")" <<'SQL'
create role :"service" login password :'password';
create database :"service" owner :"service";
revoke all on database :"service" from public;
SQL
done
