"""Completions of `atoll` for bash, zsh and fish."""

from typing import List

from command import Command, Flag, takes_file, Tool


def _long(flag: Flag) -> str:
    return next(name for name in flag.names if name.startswith("--"))


def _values(tool: Tool, flag: Flag) -> str:
    return " ".join(tool.choices(flag) or [])


# --- bash ---

_BASH = """\
# bash completion for atoll.                                  -*- shell-script -*-
_atoll() {
  local word="${COMP_WORDS[COMP_CWORD]}" before="${COMP_WORDS[COMP_CWORD - 1]}" command="" i
  COMPREPLY=()
  for ((i = 1; i < COMP_CWORD; ++i)); do
    case "${COMP_WORDS[i]}" in
      -*) ;;
      *)
        command="${COMP_WORDS[i]}"
        break
        ;;
    esac
  done
  case "$command $before" in
@VALUES@
  esac
  case "$command" in
@COMMANDS@
  esac
}
complete -F _atoll atoll
"""


def _bash_reply(words: str, files: bool) -> str:
    if files:
        return f"""mapfile -t COMPREPLY < <(compgen -W '{words}' -- "$word"; compgen -f -- "$word")
      compopt -o filenames 2>/dev/null"""
    return f"""mapfile -t COMPREPLY < <(compgen -W '{words}' -- "$word")"""


def _bash_value(tool: Tool, command: Command, flag: Flag) -> str:
    reply = _bash_reply(_values(tool, flag), takes_file(flag.value))
    return f"""    "{command.name} {_long(flag)}")
      {reply}
      return
      ;;"""


def bash(tool: Tool) -> str:
    values = [_bash_value(tool, c, f) for c in tool.commands for f in c.flags if f.value]
    rows: List[str] = []
    for command in [tool.top] + tool.commands:
        words = " ".join([name for name, _ in command.subcommands] + [_long(f) for f in command.flags])
        reply = _bash_reply(words, any(takes_file(a.value) for a in command.arguments))
        rows.append(f'    "{command.name}")\n      {reply}\n      ;;')
    return _BASH.replace("@VALUES@", "\n".join(values)).replace("@COMMANDS@", "\n".join(rows))


# --- zsh ---


def _zsh_text(text: str) -> str:
    """For a text between brackets or behind a colon, within single quotes."""
    for special in "\\[]:":
        text = text.replace(special, "\\" + special)
    return text.replace("'", "'\\''")


def _zsh_flag(tool: Tool, flag: Flag) -> str:
    spec = f"{_long(flag)}[{_zsh_text(flag.text)}]"
    if flag.value:
        action = f"({_values(tool, flag)})" if tool.choices(flag) else ""
        spec += f":{flag.value}:{'_files' if takes_file(flag.value) else action or ' '}"
    repeated = "*" if flag.value == "RELEASE" else ""
    return f"'{repeated}{spec}'"


def _zsh_arguments(tool: Tool, command: Command) -> str:
    specs = [_zsh_flag(tool, flag) for flag in command.flags]
    specs += [f"'*:{a.value.rstrip('.')}:_files'" for a in command.arguments if takes_file(a.value)]
    return "\n".join(f"        {spec} \\" for spec in specs)[:-2]


def zsh(tool: Tool) -> str:
    described = "\n".join(f"    '{n}:{_zsh_text(text)}'" for n, text in tool.top.subcommands)
    cases = "\n".join(
        f"    {c.name})\n      _arguments \\\n{_zsh_arguments(tool, c)}\n      ;;" for c in tool.commands
    )
    top = " ".join(_zsh_flag(tool, flag) for flag in tool.top.flags)
    return f"""#compdef atoll
# zsh completion for atoll.
_atoll() {{
  local -a commands
  commands=(
{described}
  )
  if (( CURRENT == 2 )); then
    _describe -t commands command commands
    _arguments {top}
    return
  fi
  local command="$words[2]"
  shift words
  (( CURRENT-- ))
  case "$command" in
{cases}
  esac
}}
_atoll "$@"
"""


# --- fish ---


def _fish_text(text: str) -> str:
    return "'" + text.replace("\\", "\\\\").replace("'", "\\'") + "'"


def _fish_flag(tool: Tool, condition: str, flag: Flag) -> str:
    line = f"complete -c atoll -n {condition}"
    for name in flag.names:
        line += f" -l {name[2:]}" if name.startswith("--") else f" -s {name[1:]}"
    if flag.value:
        line += " -r" if takes_file(flag.value) else " -x"
    if tool.choices(flag):
        line += f" -a {_fish_text(_values(tool, flag))}"
    return line + f" -d {_fish_text(flag.text)}"


def fish(tool: Tool) -> str:
    lines = ["# fish completion for atoll.", "complete -c atoll -f"]
    for name, text in tool.top.subcommands:
        lines.append(
            f"complete -c atoll -n __fish_use_subcommand -a {name} -d {_fish_text(text)}"
        )
    lines += [_fish_flag(tool, "__fish_use_subcommand", flag) for flag in tool.top.flags]
    for command in tool.commands:
        condition = f"'__fish_seen_subcommand_from {command.name}'"
        lines += [_fish_flag(tool, condition, flag) for flag in command.flags]
        if any(takes_file(a.value) for a in command.arguments):
            lines.append(f"complete -c atoll -n {condition} -F")
    return "\n".join(lines) + "\n"
