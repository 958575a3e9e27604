//! A cell of a list: text, and read as what its field should be.

use serde::de::value::{MapDeserializer, SeqDeserializer};
use serde::de::{Deserializer, Error, IntoDeserializer, Visitor};
use serde::forward_to_deserialize_any;
use serde_json::Value;

use crate::word::brief;

/// A value whose texts came from cells: `12` is a number where a number belongs, and a name where a name does.
pub(crate) struct Cell(pub(crate) Value);

type Fault = serde_json::Error;

macro_rules! numbers {
    ($($method:ident $visit:ident $of:ty;)+) => {$(
        fn $method<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Fault> {
            match self.0 {
                Value::String(text) => {
                    // None is larger than TOML can write.
                    let number = text.parse::<i64>().ok().and_then(|number| <$of>::try_from(number).ok());
                    visitor.$visit(number.ok_or_else(|| Fault::custom(format!("`{}` is no whole number", brief(&text))))?)
                }
                other => other.$method(visitor),
            }
        }
    )+};
}

impl<'de> Deserializer<'de> for Cell {
    type Error = Fault;

    fn deserialize_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Fault> {
        match self.0 {
            Value::Object(fields) => {
                visitor.visit_map(MapDeserializer::new(fields.into_iter().map(|(name, value)| (name, Cell(value)))))
            }
            Value::Array(items) => visitor.visit_seq(SeqDeserializer::new(items.into_iter().map(Cell))),
            plain => plain.deserialize_any(visitor),
        }
    }

    fn deserialize_bool<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Fault> {
        match self.0 {
            Value::String(text) => match text.as_str() {
                "true" | "yes" => visitor.visit_bool(true),
                "false" | "no" => visitor.visit_bool(false),
                other => Err(Fault::custom(format!("`{}` is neither true nor false", brief(other)))),
            },
            other => other.deserialize_bool(visitor),
        }
    }

    numbers! {
        deserialize_u32 visit_u32 u32;
        deserialize_u64 visit_u64 u64;
    }

    fn deserialize_f64<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Fault> {
        match self.0 {
            Value::String(text) => {
                // `nan` and `inf` are numbers to the parser and to nobody else.
                let number = text.parse::<f64>().ok().filter(|number| number.is_finite());
                visitor.visit_f64(number.ok_or_else(|| Fault::custom(format!("`{}` is no number", brief(&text))))?)
            }
            other => other.deserialize_f64(visitor),
        }
    }

    fn deserialize_option<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Fault> {
        visitor.visit_some(self)
    }

    /// A list is written with semicolons.
    fn deserialize_seq<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Fault> {
        match self.0 {
            Value::String(text) => {
                let items = text.split(';').map(str::trim).filter(|item| !item.is_empty());
                visitor.visit_seq(SeqDeserializer::new(items.map(|item| Cell(item.into()))))
            }
            _ => self.deserialize_any(visitor),
        }
    }

    fn deserialize_tuple<V: Visitor<'de>>(self, _length: usize, visitor: V) -> Result<V::Value, Fault> {
        self.deserialize_seq(visitor)
    }

    fn deserialize_enum<V: Visitor<'de>>(
        self,
        name: &'static str,
        words: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Fault> {
        self.0.deserialize_enum(name, words, visitor)
    }

    forward_to_deserialize_any! {
        i8 i16 i32 i64 i128 u8 u16 u128 f32 char str string bytes byte_buf unit unit_struct newtype_struct tuple_struct map
        struct identifier ignored_any
    }
}

impl<'de> IntoDeserializer<'de, Fault> for Cell {
    type Deserializer = Cell;

    fn into_deserializer(self) -> Cell {
        self
    }
}
