# A job from its submit to its picture on the disk, by curl. Its arguments: the server's origin, the endpoint, the
# certificate to trust, and the file to save to.
set -eu
base=$1 endpoint=$2 ca=$3 file=$4

call() { curl --silent --show-error --fail --cacert "$ca" --header "Authorization: Key key_id:key_secret" "$@"; }
field() { sed -n "s/.*\"$1\":\"\([^\"]*\)\".*/\1/p"; }

submitted=$(call --json '{"prompt":"A fox reading a map, poster"}' "$base/queue/$endpoint")
# The stream ends when the job does.
call --no-buffer --output /dev/null "$(printf %s "$submitted" | field status_url)/stream"
result=$(call "$(printf %s "$submitted" | field response_url)")
call --output "$file" "$(printf %s "$result" | field url)"
