//! JSON with places: every value knows its path, so that every complaint names one.

use std::borrow::Cow;
use std::cell::RefCell;
use std::fmt;

use serde::de::{self, DeserializeSeed, Deserializer, MapAccess, SeqAccess, Visitor};
use serde_json::{Map, Number, Value};

use crate::check::brief;

/// Why a file is not a timeline we can read; every one names its place in the file.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
pub enum OtioError {
    /// Not JSON, or JSON nested beyond reason.
    #[error("at {place}: not JSON that can be read ({what}); save the timeline again from the program that made it")]
    Json {
        /// Path of the innermost value reached.
        place: String,
        /// What the parser says, with line and column.
        what: String,
    },
    /// A key twice in one object.
    #[error("at {place}: the key {key:?} stands twice; remove one")]
    Twice {
        /// Path of the object.
        place: String,
        /// The key.
        key: String,
    },
    /// A value of another kind than its place asks for.
    #[error("at {place}: {found} where {expected} belongs; correct it or remove the object")]
    Shape {
        /// Path of the value.
        place: String,
        /// What belongs there.
        expected: &'static str,
        /// What is there, in brief.
        found: String,
    },
    /// An object that takes time on a track, and of which we cannot know how much.
    #[error("at {place}: {schema:?} is not known here; replace it by a clip or a gap")]
    Unknown {
        /// Path of the object.
        place: String,
        /// What it calls itself.
        schema: String,
    },
    /// A file that holds something else than one timeline.
    #[error("the file holds {found}, not a timeline; export the timeline (sequence) itself")]
    NotTimeline {
        /// What it holds.
        found: String,
    },
}

/// A value and its path.
#[derive(Clone)]
pub(crate) struct Node<'a> {
    pub(crate) value: &'a Value,
    pub(crate) path: String,
}

static NULL: Value = Value::Null;

impl<'a> Node<'a> {
    pub(crate) fn root(value: &'a Value) -> Node<'a> {
        Node { value, path: "$".to_owned() }
    }

    /// The field `name`; null where there is none.
    pub(crate) fn field(&self, name: &str) -> Node<'a> {
        Node { value: self.value.get(name).unwrap_or(&NULL), path: format!("{}.{name}", self.path) }
    }

    pub(crate) fn is_null(&self) -> bool {
        self.value.is_null()
    }

    /// The name of the schema without its version; empty where the object does not say.
    pub(crate) fn schema(&self) -> &'a str {
        let name = self.value.get("OTIO_SCHEMA").and_then(Value::as_str).unwrap_or("");
        name.split_once('.').map_or(name, |(name, _)| name)
    }

    pub(crate) fn shape(&self, expected: &'static str) -> OtioError {
        let found = match self.value {
            Value::Null => "nothing".to_owned(),
            Value::Object(_) if !self.schema().is_empty() => format!("a {}", brief(self.schema())),
            Value::Object(_) => "an object".to_owned(),
            Value::Array(list) => format!("a list of {}", list.len()),
            Value::String(text) => format!("the text {:?}", brief(text)),
            Value::Bool(_) | Value::Number(_) => format!("{}", self.value),
        };
        OtioError::Shape { place: self.path.clone(), expected, found }
    }

    pub(crate) fn object(&self) -> Result<&'a Map<String, Value>, OtioError> {
        self.value.as_object().ok_or_else(|| self.shape("an object"))
    }

    /// The object, or an empty one where there is none.
    pub(crate) fn map(&self) -> Result<Map<String, Value>, OtioError> {
        if self.is_null() { Ok(Map::new()) } else { self.object().cloned() }
    }

    /// The items of a list; none where there is no list.
    pub(crate) fn list(&self) -> Result<Vec<Node<'a>>, OtioError> {
        if self.is_null() {
            return Ok(Vec::new());
        }
        let items = self.value.as_array().ok_or_else(|| self.shape("a list"))?;
        Ok(items.iter().enumerate().map(|(i, value)| Node { value, path: format!("{}[{i}]", self.path) }).collect())
    }

    /// The text; empty where there is none.
    pub(crate) fn text(&self) -> Result<&'a str, OtioError> {
        if self.is_null() { Ok("") } else { self.value.as_str().ok_or_else(|| self.shape("a text")) }
    }

    pub(crate) fn number(&self) -> Result<f64, OtioError> {
        self.value.as_f64().filter(|n| n.is_finite()).ok_or_else(|| self.shape("a number"))
    }

    /// True unless the field says false.
    pub(crate) fn enabled(&self) -> Result<bool, OtioError> {
        let field = self.field("enabled");
        if field.is_null() { Ok(true) } else { field.value.as_bool().ok_or_else(|| field.shape("true or false")) }
    }
}

/// Reads JSON strictly: no key twice, nothing after the end, no nesting beyond 127.
///
/// The one licence is the reference library's own: bare `NaN`, `Inf` and `Infinity`, which become null; the number of
/// them is given too.
pub(crate) fn parse(bytes: &[u8]) -> Result<(Value, usize), OtioError> {
    // Some programs begin a text file with a byte-order mark.
    let bytes = bytes.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(bytes);
    let (bytes, unbounded) = without_unbounded(bytes);
    strict(&bytes).map(|value| (value, unbounded))
}

/// The text with `null` for numbers that JSON has no word for, and how many those are.
fn without_unbounded(bytes: &[u8]) -> (Cow<'_, [u8]>, usize) {
    let (mut out, mut copied, mut count) = (Vec::new(), 0, 0);
    let (mut at, mut quoted) = (0, false);
    while at < bytes.len() {
        match bytes[at] {
            b'\\' if quoted => at += 1,
            b'"' => quoted = !quoted,
            b'N' | b'I' | b'-' if !quoted => {
                let words: [&[u8]; 6] = [b"NaN", b"-NaN", b"Infinity", b"-Infinity", b"Inf", b"-Inf"];
                if let Some(word) = words.into_iter().find(|word| bytes[at..].starts_with(word)) {
                    out.extend_from_slice(&bytes[copied..at]);
                    out.extend_from_slice(b"null");
                    at += word.len();
                    (copied, count) = (at, count + 1);
                    continue;
                }
            }
            _ => {}
        }
        at += 1;
    }
    if count == 0 {
        return (Cow::Borrowed(bytes), 0);
    }
    out.extend_from_slice(&bytes[copied..]);
    (Cow::Owned(out), count)
}

fn strict(bytes: &[u8]) -> Result<Value, OtioError> {
    let trail = RefCell::new(Trail::default());
    let mut reader = serde_json::Deserializer::from_slice(bytes);
    let read = Strict(&trail).deserialize(&mut reader).and_then(|value| reader.end().map(|()| value));
    read.map_err(|error| {
        let trail = trail.into_inner();
        let place = trail.path();
        match trail.twice {
            Some(key) => OtioError::Twice { place, key },
            None => OtioError::Json { place, what: error.to_string() },
        }
    })
}

#[derive(Default)]
struct Trail {
    steps: Vec<String>,
    twice: Option<String>,
}

impl Trail {
    fn path(&self) -> String {
        std::iter::once("$").chain(self.steps.iter().map(String::as_str)).collect()
    }
}

struct Strict<'t>(&'t RefCell<Trail>);

impl<'de> DeserializeSeed<'de> for Strict<'_> {
    type Value = Value;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Value, D::Error> {
        deserializer.deserialize_any(self)
    }
}

// A step is taken back only when its value was read whole, so that at an error the trail ends there.
impl<'de> Visitor<'de> for Strict<'_> {
    type Value = Value;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a JSON value")
    }

    fn visit_unit<E>(self) -> Result<Value, E> {
        Ok(Value::Null)
    }

    fn visit_bool<E>(self, value: bool) -> Result<Value, E> {
        Ok(Value::Bool(value))
    }

    fn visit_i64<E>(self, value: i64) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_u64<E>(self, value: u64) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_f64<E: de::Error>(self, value: f64) -> Result<Value, E> {
        Number::from_f64(value).map(Value::Number).ok_or_else(|| E::custom("a number beyond all bounds"))
    }

    fn visit_str<E>(self, value: &str) -> Result<Value, E> {
        Ok(Value::String(value.to_owned()))
    }

    fn visit_string<E>(self, value: String) -> Result<Value, E> {
        Ok(Value::String(value))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut access: A) -> Result<Value, A::Error> {
        let mut list = Vec::new();
        loop {
            self.0.borrow_mut().steps.push(format!("[{}]", list.len()));
            let value = access.next_element_seed(Strict(self.0))?;
            self.0.borrow_mut().steps.pop();
            match value {
                Some(value) => list.push(value),
                None => return Ok(Value::Array(list)),
            }
        }
    }

    fn visit_map<A: MapAccess<'de>>(self, mut access: A) -> Result<Value, A::Error> {
        let mut map = Map::new();
        while let Some(key) = access.next_key::<String>()? {
            if map.contains_key(&key) {
                self.0.borrow_mut().twice = Some(brief(&key));
                return Err(de::Error::custom("a key twice"));
            }
            self.0.borrow_mut().steps.push(format!(".{}", brief(&key)));
            let value = access.next_value_seed(Strict(self.0))?;
            self.0.borrow_mut().steps.pop();
            map.insert(key, value);
        }
        Ok(Value::Object(map))
    }
}
