# shellcheck shell=bash
# What exercises say of their pictures, and what a picture was made from.

# picture_of FOLDER: "CODE AT SETTINGS…", the [picture] of the exercise.toml in there; nothing when it has none.
picture_of() {
  awk '
    /^\[/ { inside = $0 == "[picture]"; next }
    inside && $1 == "code" { gsub(/^[^"]*"|".*$/, ""); code = $0 }
    inside && $1 == "at" { gsub(/^[^"]*"|".*$/, ""); at = $0 }
    inside && $1 == "set" { gsub(/^[^[]*\[|\].*$/, ""); gsub(/[",]/, " "); set = $0 }
    END { $0 = code " " at " " set; $1 = $1; if (code) print }
  ' "$1/exercise.toml"
}

# made_from ROOT ID CODE AT SETTINGS…: what a picture is made from, as one number: the scene with its exercise, the code
# that is shown, moment and settings.
made_from() {
  local root=$1
  local folders=("$root"/exercises/*/[0-9][0-9]-"$2")
  local folder=${folders[0]}
  local sources=("$folder"/*.cpp "$folder"/*.hpp)
  [[ $3 != solution ]] || sources+=("$root/solutions/${folder#"$root/exercises/"}"/*.cpp)
  { printf '%s ' "${@:2}" && cat -- "${sources[@]}"; } | sha256sum | cut -c 1-16
}

# noted PICTURES ID: the number that is noted in that folder's made-from file for a picture.
noted() {
  awk -v id="$2" '$1 == id { print $2 }' "$1/made-from" 2>/dev/null
}

# note_made_from PICTURES ID NUMBER: notes it there, in place of the one before.
note_made_from() {
  local others
  others=$(awk -v id="$2" '$1 != id' "$1/made-from" 2>/dev/null)
  printf '%s\n' ${others:+"$others"} "$2 $3" | sort >"$1/made-from.new" && mv -- "$1/made-from.new" "$1/made-from"
}
