//! `ideogram completions`: made from the command tree when the command runs, so they are never out of date.

use crate::args::listed_command;
use crate::docs::print;
use crate::exit::Failure;
use crate::output::Output;
use clap::ArgMatches;
use clap_complete::Shell;

/// What bash needs besides: it ends a word at `:` and `=`, and values such as `16:9` and flags such as `--style=anime` have
/// them. The words are put together again before they are completed, and what stands before the last such sign is taken off
/// the answers, as bash puts them behind it.
const BASH: &str = r#"
_ideogram_whole_words() {
    local line=$COMP_LINE words=() last=-1 index word gap prefix cur
    for ((index = 0; index <= COMP_CWORD; index++)); do
        word=${COMP_WORDS[index]}
        if [[ -z $word ]]; then gap=$line; else gap=${line%%"$word"*}; fi
        line=${line#"$gap"}
        line=${line#"$word"}
        if [[ $last -ge 0 && -z $gap && ($word == [:=]* || ${COMP_WORDS[index - 1]} == *[:=]) ]]; then
            words[last]+=$word
        else
            words[++last]=$word
        fi
    done
    cur=${words[last]}
    if [[ $cur == --*=* ]]; then
        words[last]=${cur%%=*}
        words[++last]=${cur#*=}
        cur=${words[last]}
    fi
    local COMP_WORDS=("${words[@]}") COMP_CWORD=$last
    _ideogram "$1" "$cur" "${words[last > 0 ? last - 1 : 0]}"
    if [[ $cur == *:* && $COMP_WORDBREAKS == *:* ]]; then
        prefix=${cur%"${cur##*:}"}
        COMPREPLY=("${COMPREPLY[@]#"$prefix"}")
    fi
}

if [[ "${BASH_VERSINFO[0]}" -eq 4 && "${BASH_VERSINFO[1]}" -ge 4 || "${BASH_VERSINFO[0]}" -gt 4 ]]; then
    complete -F _ideogram_whole_words -o nosort -o bashdefault -o default ideogram
else
    complete -F _ideogram_whole_words -o bashdefault -o default ideogram
fi
"#;

/// What fish needs besides: the words that a command takes as plain arguments.
fn fish_words() -> String {
    let tree = listed_command();
    let lines = tree.get_subcommands().filter_map(|inner| {
        let words = inner.get_positionals().find_map(|arg| arg.get_value_parser().possible_values())?;
        let words: Vec<String> = words.map(|word| word.get_name().to_owned()).collect();
        let (name, words) = (inner.get_name(), words.join(" "));
        Some(format!("complete -c ideogram -n \"__fish_ideogram_using_subcommand {name}\" -f -a \"{words}\"\n"))
    });
    lines.collect()
}

/// Prints the completion script of a shell.
pub(crate) fn completions(matches: &ArgMatches, output: Output) -> Result<(), Failure> {
    let Some(shell) = matches.get_one::<Shell>("shell") else { return Ok(()) };
    let mut script = Vec::new();
    clap_complete::generate(*shell, &mut listed_command(), "ideogram", &mut script);
    if *shell == Shell::Bash {
        script.extend_from_slice(BASH.as_bytes());
    }
    if *shell == Shell::Fish {
        script.extend_from_slice(fish_words().as_bytes());
    }
    print(String::from_utf8_lossy(&script).into_owned(), output)
}
