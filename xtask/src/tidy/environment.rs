//! The environment is read, and its variables are named, in one module of a crate: the registry that documents them.

use super::{Breach, Source, breach};
use proc_macro2::{TokenStream, TokenTree};
use quote::ToTokens as _;

const RULE: &str = "environment";
const READERS: [&str; 6] = ["remove_var", "set_var", "var", "var_os", "vars", "vars_os"];

pub(super) fn check(source: &Source<'_>, breaches: &mut Vec<Breach>) {
    // The maintainer's commands have no users to document variables for.
    if !source.rules.folder.starts_with("crates/") {
        return;
    }
    let registry = source.rules.environment.as_deref().unwrap_or_default();
    let instead = match registry {
        "" => "this crate reads none".to_owned(),
        registry => format!("put it into `{registry}`"),
    };
    for (module, mentioned) in source.outside(registry) {
        let path = &mentioned.mention.path;
        if let [.., env, reader] = path.as_slice()
            && env == "env"
            && READERS.contains(&reader.as_str())
            && mentioned.target.is_none()
        {
            let message = format!("`{}` reads the environment: {instead}", path.join("::"));
            breaches.push(breach(module, mentioned.mention.line(), RULE, message));
        }
    }
    for module in source.package.modules.iter().filter(|module| module.name() != registry) {
        for item in &module.items {
            literals(item.to_token_stream(), &mut |name, line| {
                let message = format!("`{name}` is a variable's name: {instead}, and use it from there");
                breaches.push(breach(module, line, RULE, message));
            });
        }
    }
}

/// The names of variables of ours and fal's among the texts in some tokens, docs left out.
fn literals(tokens: TokenStream, found: &mut impl FnMut(&str, usize)) {
    let mut doc = false;
    for token in tokens {
        match token {
            TokenTree::Group(group) => literals(group.stream(), found),
            TokenTree::Literal(literal) if !doc => {
                let text = literal.to_string();
                let name = text.trim_matches('"');
                let ours = name.strip_prefix("IDEOGRAM_").or_else(|| name.strip_prefix("FAL_"));
                let upper = |rest: &str| {
                    !rest.is_empty()
                        && rest.bytes().all(|byte| byte.is_ascii_uppercase() || byte.is_ascii_digit() || byte == b'_')
                };
                if ours.is_some_and(upper) {
                    found(name, literal.span().start().line);
                }
            }
            TokenTree::Ident(ident) => doc = ident == "doc",
            _ => {}
        }
    }
}
