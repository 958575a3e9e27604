//! What is put before the rules: a subject and its facts, each with the row and field it was read from.

use cedar_policy::{Context, RestrictedExpression};
use rights::{Date, Document, Territories};

use crate::decision::Fact;
use crate::vocabulary::{Kind, Type};

/// A fact's value.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Value {
    Bool(bool),
    Long(i64),
    Day(Date),
    Text(String),
    Words(Vec<String>),
    Longs(Vec<i64>),
}

impl Value {
    /// As a number, where rules see one: a day is one too, 20270501.
    pub(crate) fn long(&self) -> Option<i64> {
        match self {
            Value::Long(number) => Some(*number),
            Value::Day(day) => {
                Some(i64::from(day.year()) * 10_000 + i64::from(day.month()) * 100 + i64::from(day.day()))
            }
            _ => None,
        }
    }
}

/// The row that facts are read from.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Source {
    pub(crate) entity: String,
    pub(crate) document: Option<Document>,
    pub(crate) page: Option<u32>,
}

impl Source {
    pub(crate) fn row(entity: &str) -> Source {
        Source { entity: entity.to_owned(), document: None, page: None }
    }

    pub(crate) fn paper(entity: &str, document: &Option<Document>, page: Option<u32>) -> Source {
        Source { entity: entity.to_owned(), document: document.clone(), page }
    }
}

#[derive(Clone, Debug)]
struct Attr {
    name: &'static str,
    value: Option<Value>,
    source: usize,
    /// For sentences only: rules do not see it.
    said: bool,
}

/// A subject of rules.
#[derive(Clone, Debug)]
pub(crate) struct Subject {
    pub(crate) kind: Kind,
    /// As reports name it.
    pub(crate) name: String,
    attrs: Vec<Attr>,
    sources: Vec<Source>,
}

impl Subject {
    pub(crate) fn new(kind: Kind, name: impl Into<String>) -> Subject {
        Subject { kind, name: name.into(), attrs: Vec::with_capacity(48), sources: Vec::new() }
    }

    /// Facts that follow were read there.
    pub(crate) fn from(&mut self, source: Source) -> &mut Subject {
        self.sources.push(source);
        self
    }

    fn put(&mut self, name: &'static str, value: Option<Value>) -> &mut Subject {
        debug_assert!(
            self.kind.term(name).is_some_and(|term| term.of != Type::Said),
            "`{name}` is no fact of {:?}",
            self.kind
        );
        self.push(name, value, false)
    }

    fn push(&mut self, name: &'static str, value: Option<Value>, said: bool) -> &mut Subject {
        let source = self.sources.len().checked_sub(1).expect("every fact has a source");
        debug_assert!(self.attrs.iter().all(|attr| attr.name != name), "`{name}` is put once");
        self.attrs.push(Attr { name, value, source, said });
        self
    }

    /// A fact for sentences only.
    pub(crate) fn said<'a>(&mut self, name: &'static str, value: impl Into<Option<&'a str>>) -> &mut Subject {
        debug_assert!(self.kind.term(name).is_some_and(|term| term.of == Type::Said), "`{name}` is seen by rules");
        self.push(name, value.into().map(|text| Value::Text(text.to_owned())), true)
    }

    pub(crate) fn bool(&mut self, name: &'static str, value: impl Into<Option<bool>>) -> &mut Subject {
        self.put(name, value.into().map(Value::Bool))
    }

    pub(crate) fn long(&mut self, name: &'static str, value: impl Into<Option<i64>>) -> &mut Subject {
        self.put(name, value.into().map(Value::Long))
    }

    pub(crate) fn day(&mut self, name: &'static str, value: impl Into<Option<Date>>) -> &mut Subject {
        self.put(name, value.into().map(Value::Day))
    }

    /// A text; an empty one is none.
    pub(crate) fn text<'a>(&mut self, name: &'static str, value: impl Into<Option<&'a str>>) -> &mut Subject {
        let value = value.into().filter(|text| !text.trim().is_empty());
        self.put(name, value.map(|text| Value::Text(text.to_owned())))
    }

    pub(crate) fn words<T: AsRef<str>>(
        &mut self,
        name: &'static str,
        value: impl IntoIterator<Item = T>,
    ) -> &mut Subject {
        self.put(name, Some(Value::Words(value.into_iter().map(|word| word.as_ref().to_owned()).collect())))
    }

    /// A list that is unknown where it is empty.
    pub(crate) fn listed<T: AsRef<str>>(&mut self, name: &'static str, value: &[T]) -> &mut Subject {
        if value.is_empty() { self.put(name, None) } else { self.words(name, value) }
    }

    pub(crate) fn longs(&mut self, name: &'static str, value: Vec<i64>) -> &mut Subject {
        self.put(name, (!value.is_empty()).then_some(Value::Longs(value)))
    }

    pub(crate) fn places(&mut self, name: &'static str, value: Option<Territories>) -> &mut Subject {
        self.put(name, value.map(|set| Value::Words(set.codes().iter().map(|code| (*code).to_owned()).collect())))
    }

    fn attr(&self, name: &str) -> Option<&Attr> {
        self.attrs.iter().find(|attr| attr.name == name)
    }

    pub(crate) fn get(&self, name: &str) -> Option<&Value> {
        self.attr(name).and_then(|attr| attr.value.as_ref())
    }

    pub(crate) fn word(&self, name: &str) -> Option<&str> {
        match self.get(name) {
            Some(Value::Text(text)) => Some(text),
            _ => None,
        }
    }

    pub(crate) fn date(&self, name: &str) -> Option<Date> {
        match self.get(name) {
            Some(Value::Day(day)) => Some(*day),
            _ => None,
        }
    }

    /// As people read it; `unknown` if nothing is recorded.
    pub(crate) fn shown(&self, name: &str) -> String {
        match self.get(name) {
            None => "unknown".into(),
            Some(Value::Bool(yes)) => if *yes { "yes" } else { "no" }.into(),
            Some(Value::Long(number)) => number.to_string(),
            Some(Value::Day(day)) => day.to_string(),
            Some(Value::Text(text)) => text.clone(),
            Some(Value::Words(words)) if words.is_empty() => "none".into(),
            Some(Value::Words(words)) => places(words).unwrap_or_else(|| words.join(", ")),
            Some(Value::Longs(numbers)) => numbers.iter().map(i64::to_string).collect::<Vec<_>>().join(", "),
        }
    }

    pub(crate) fn fact(&self, name: &str) -> Option<Fact> {
        let attr = self.attr(name)?;
        let source = &self.sources[attr.source];
        Some(Fact {
            entity: source.entity.clone(),
            field: attr.name.to_owned(),
            value: self.shown(name),
            document: source.document.clone(),
            page: source.page,
        })
    }

    /// The sentence with its facts in the place of their braces.
    pub(crate) fn say(&self, text: &str) -> String {
        let mut out = String::with_capacity(text.len() + 40);
        let mut rest = text;
        while let Some(open) = rest.find('{') {
            let close = rest[open..].find('}').expect("held against its braces when read") + open;
            out.push_str(&rest[..open]);
            let name = &rest[open + 1..close];
            if name == "subject" {
                out.push_str(&self.name)
            } else {
                out.push_str(&self.shown(name))
            }
            rest = &rest[close + 1..];
        }
        out.push_str(rest);
        out
    }

    /// Facts that rules see, where there is one.
    pub(crate) fn seen(&self) -> impl Iterator<Item = (&'static str, &Value)> {
        let seen = self.attrs.iter().filter(|attr| !attr.said);
        seen.filter_map(|attr| Some((attr.name, attr.value.as_ref()?)))
    }

    /// As Cedar sees it.
    pub(crate) fn context(&self) -> Context {
        let pairs = self.seen().map(|(name, value)| {
            let value = match value {
                Value::Bool(yes) => RestrictedExpression::new_bool(*yes),
                Value::Long(_) | Value::Day(_) => RestrictedExpression::new_long(value.long().expect("a number")),
                Value::Text(text) => RestrictedExpression::new_string(text.clone()),
                Value::Words(words) => RestrictedExpression::new_set(
                    words.iter().map(|word| RestrictedExpression::new_string(word.clone())),
                ),
                Value::Longs(all) => {
                    RestrictedExpression::new_set(all.iter().map(|one| RestrictedExpression::new_long(*one)))
                }
            };
            (name.to_owned(), value)
        });
        Context::from_pairs(pairs).expect("no name is there twice")
    }
}

/// Countries are shown as `WORLD -US` where that is shorter.
fn places(words: &[String]) -> Option<String> {
    let set = Territories::parse(words.iter().map(String::as_str)).ok()?;
    Some(set.words().join(", "))
}
