#!/usr/bin/env bash
# What each node of ../cluster.yml runs: load.sh LOGS STORE
set -euo pipefail

logs=$1 store=$2
rank=${OMPI_COMM_WORLD_RANK:-0}
address=tcp://${AZ_BATCH_MASTER_NODE%%:*}:8786

# Dask looks at itself every few milliseconds, which costs a tenth of a processor: docs/explanation/scale.md
export DASK_DISTRIBUTED__WORKER__PROFILE__ENABLED=False DASK_DISTRIBUTED__ADMIN__TICK__INTERVAL=1s
export MALLOC_TRIM_THRESHOLD_=67108864 MALLOC_MMAP_THRESHOLD_=33554432

workers() {
    dask worker "$address" --nworkers auto --nthreads 1 --no-dashboard --death-timeout 300
}

if ((rank)); then
    workers # until the scheduler ends
    exit 0
fi

dask scheduler --port 8786 --no-dashboard &
scheduler=$!
workers &
trap 'kill $scheduler; wait' EXIT
ingest nightly "$logs" --store "$store/ingest-store" --cluster "$address" --report "$store/report.html" --summary "$store/summary.json"
