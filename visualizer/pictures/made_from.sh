# shellcheck shell=bash
# What a picture is made from, as one number: the scene with its exercise, the code that is shown, moment and settings.

# made_from ROOT ID CODE AT SETTINGS…
made_from() {
  local root=$1 folder folders
  folders=("$root"/exercises/*/[0-9][0-9]-"$2")
  folder=${folders[0]}
  local sources=("$folder"/*.cpp "$folder"/*.hpp)
  [[ $3 != solution ]] || sources+=("$root/solutions/${folder#"$root/exercises/"}"/*.cpp)
  { printf '%s ' "${@:2}" && cat -- "${sources[@]}"; } | sha256sum | cut -c 1-16
}
