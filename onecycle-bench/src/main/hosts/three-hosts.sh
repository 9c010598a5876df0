#!/usr/bin/env bash
# Trains on three hosts, which are network namespaces of this machine: as they are, with one behind a slow network, with
# one that is cut off for a while, and with a rank that is killed. All must end with the same weights. Needs root.
#
#   three-hosts.sh ONECYCLE [FOLDER]
set -euo pipefail

onecycle=$(realpath "${1:?the program, such as ./onecycle}")
work=${2:-$(mktemp -d)}
mkdir -p "$work"
timeout=10
epochs=${EPOCHS:-4}
prefix=oc$$

cleanup() {
  for k in 0 1 2; do
    ip netns pids "$prefix-$k" 2>/dev/null | xargs -r kill -9 || true
    ip netns del "$prefix-$k" 2>/dev/null || true
  done
  ip link del "$prefix-b" 2>/dev/null || true
  if [ -n "${relay:-}" ]; then kill "$relay" 2>/dev/null || true; fi
}
trap cleanup EXIT

ip link add "$prefix-b" type bridge
ip link set "$prefix-b" up
for k in 0 1 2; do
  ip netns add "$prefix-$k"
  ip link add "$prefix-e$k" type veth peer name eth0 netns "$prefix-$k"
  ip link set "$prefix-e$k" master "$prefix-b" up
  ip -n "$prefix-$k" addr add "10.77.0.$((k + 1))/24" dev eth0
  ip -n "$prefix-$k" link set eth0 up
  ip -n "$prefix-$k" link set lo up
done

# Starts the launchers of all hosts; their output goes to files by name and host.
start() {
  name=$1
  pids=()
  for k in 0 1 2; do
    ip netns exec "$prefix-$k" "$onecycle" launch --nproc 1 --nnodes 3 --node-rank $k --master 10.77.0.1:29500 -- \
      train shapes --epochs "$epochs" --batch-size 96 --max-lr 0.1 --threads 1 --precision fp32 --seed 7 \
      --collective-timeout $timeout --out "$work/$name" >"$work/$name-$k.out" 2>"$work/$name-$k.err" &
    pids+=($!)
  done
}

finish() {
  local code
  for k in 0 1 2; do
    code=0
    wait "${pids[$k]}" || code=$?
    if [ $code != 0 ]; then
      echo "$1: host $k ended with exit code $code" >&2
      tail -n 5 "$work/$1-$k.err" >&2
      exit 1
    fi
  done
}

await() {
  for _ in $(seq 3000); do
    if grep -q "$2" "$1" 2>/dev/null; then return; fi
    sleep 0.1
  done
  echo "$1 never had: $2" >&2
  exit 1
}

same() {
  cmp "$work/equal/model.safetensors" "$work/$1/model.safetensors"
  cmp "$work/equal/steps.csv" "$work/$1/steps.csv"
}

# The time of a step without the first epoch, in which the code is compiled.
step() {
  awk -F, 'NR > 1 { if (NR > 2) { time += $7; steps += $2 - before } before = $2 }
    END { printf "%.0f ms a step", 1000 * time / steps }' "$work/$1/epochs.csv"
}

seconds() {
  awk -v a="$1" -v b="$2" 'BEGIN { printf "%.1f s\n", b - a }'
}

begin=$(date +%s.%N)
start equal
finish equal
echo "equal networks: $(seconds "$begin" "$(date +%s.%N)"), $(step equal)"

# Both directions of the third host's network, by the kernel or, where that has no netem, by a process between.
relay=
if tc -n "$prefix-2" qdisc add dev eth0 root netem delay 20ms rate 100mbit 2>"$work/tc.err"; then
  tc qdisc add dev "$prefix-e2" root netem delay 20ms rate 100mbit
else
  ip link del "$prefix-e2"
  python3 "$(dirname "$0")/slow-link.py" "$prefix-2" 10.77.0.3/24 "$prefix-b" "$prefix-t2" 20 100 >"$work/relay.out" &
  relay=$!
  await "$work/relay.out" ready
fi
begin=$(date +%s.%N)
start slow
finish slow
same slow
echo "one host at 20 ms each way and 100 Mbit/s: $(seconds "$begin" "$(date +%s.%N)"), $(step slow), the same weights"
if [ -n "$relay" ]; then
  kill "$relay"
  wait "$relay" || true
  ip link add "$prefix-e2" type veth peer name eth0 netns "$prefix-2"
  ip link set "$prefix-e2" master "$prefix-b" up
  ip -n "$prefix-2" addr add 10.77.0.3/24 dev eth0
  ip -n "$prefix-2" link set eth0 up
else
  tc -n "$prefix-2" qdisc del dev eth0 root
  tc qdisc del dev "$prefix-e2" root
fi

start cut
await "$work/cut-0.out" "epoch *1/"
ip link set "$prefix-e2" nomaster
begin=$(date +%s.%N)
await "$work/cut-0.err" "restart 1"
echo "one host cut off: the others ended after $(seconds "$begin" "$(date +%s.%N)") at a timeout of $timeout s"
ip link set "$prefix-e2" master "$prefix-b"
finish cut
same cut
echo "  connected again: the same weights"

start killed
await "$work/killed-0.out" "epoch *1/"
for pid in $(ip netns pids "$prefix-1"); do
  if tr '\0' '\n' <"/proc/$pid/environ" | grep -q '^RANK=1$'; then kill -9 "$pid"; fi
done
finish killed
same killed
echo "a rank killed: the same weights"
