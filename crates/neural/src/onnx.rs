//! A net and its weights as an ONNX file (opset 17), which any runtime can run.
//!
//! Only what a [`Net`] needs is written: SpaceToDepth, Conv, Relu, Add, DepthToSpace, Slice. The messages are those of the
//! format's own definition (onnx.proto of the ONNX project), the fields that are used here.

use prost::Message;

use crate::{Net, Weights, WeightsError};

/// Name of the one input: `[1, planes, height, width]`, sides multiples of `fold`.
pub const INPUT: &str = "planes";
/// Name of the one output: `[1, 1, height, width]`.
pub const OUTPUT: &str = "mended";

/// Writes `net` with `weights`.
pub fn write(net: &Net, weights: &Weights) -> Result<Vec<u8>, WeightsError> {
    weights.check(net)?;
    let mut graph = Graph { name: "net".to_owned(), ..Graph::default() };
    let cell = net.fold as i64;
    let mut add = |op: &str, inputs: &[&str], output: &str, attribute: Vec<Attribute>| {
        graph.node.push(Node {
            input: inputs.iter().map(|s| (*s).to_owned()).collect(),
            output: vec![output.to_owned()],
            name: output.to_owned(),
            op_type: op.to_owned(),
            attribute,
        });
    };
    add("Slice", &[INPUT, "zero", "last", "axis"], "seen", vec![]);
    add("SpaceToDepth", &["seen"], "folded", vec![Attribute::int("blocksize", cell)]);
    let convolution = |name: &str| (format!("{name}.weight"), format!("{name}.bias"));
    let shape = || vec![Attribute::ints("kernel_shape", &[3, 3]), Attribute::ints("pads", &[1, 1, 1, 1])];
    let (w, b) = convolution("head");
    add("Conv", &["folded", &w, &b], "head", shape());
    add("Relu", &["head"], "x0", vec![]);
    for block in 0..net.blocks {
        let (x, y) = (format!("x{block}"), format!("x{}", block + 1));
        let (a, act, c) = (format!("a{block}"), format!("r{block}"), format!("b{block}"));
        let (w, bias) = convolution(&format!("body.{block}.a"));
        add("Conv", &[&x, &w, &bias], &a, shape());
        add("Relu", &[&a], &act, vec![]);
        let (w, bias) = convolution(&format!("body.{block}.b"));
        add("Conv", &[&act, &w, &bias], &c, shape());
        add("Add", &[&x, &c], &y, vec![]);
    }
    let (w, b) = convolution("tail");
    add("Conv", &[&format!("x{}", net.blocks), &w, &b], "tail", shape());
    add("DepthToSpace", &["tail"], "change", vec![Attribute::int("blocksize", cell), Attribute::text("mode", "CRD")]);
    add("Slice", &[INPUT, "last", "end", "axis"], "kept", vec![]);
    add("Add", &["kept", "change"], OUTPUT, vec![]);

    for (name, (dims, numbers)) in &weights.arrays {
        let numbers = match name.as_str() {
            "head.weight" => space_to_depth_order(net, numbers),
            _ => numbers.clone(),
        };
        graph.initializer.push(Tensor {
            dims: dims.iter().map(|d| *d as i64).collect(),
            data_type: FLOAT,
            name: name.clone(),
            raw_data: numbers.iter().flat_map(|v| v.to_le_bytes()).collect(),
        });
    }
    for (name, value) in [("zero", 0), ("last", net.planes as i64 - 1), ("end", net.planes as i64), ("axis", 1)] {
        graph.initializer.push(Tensor {
            dims: vec![1],
            data_type: INT64,
            name: name.to_owned(),
            raw_data: value.to_le_bytes().to_vec(),
        });
    }
    graph.input.push(ValueInfo::picture(INPUT, net.planes as i64));
    graph.output.push(ValueInfo::picture(OUTPUT, 1));
    let model = Model {
        ir_version: 8,
        producer_name: "bottega".to_owned(),
        producer_version: env!("CARGO_PKG_VERSION").to_owned(),
        graph: Some(graph),
        opset_import: vec![OperatorSet { domain: String::new(), version: 17 }],
        metadata_props: vec![Entry {
            key: "net".to_owned(),
            value: serde_json::to_string(net).expect("a net is plain data"),
        }],
    };
    Ok(model.encode_to_vec())
}

/// The net described in an ONNX file of ours; `None` for one of another maker.
pub fn describe(bytes: &[u8]) -> Option<Net> {
    let model = Model::decode(bytes).ok()?;
    let entry = model.metadata_props.iter().find(|e| e.key == "net")?;
    serde_json::from_str::<Net>(&entry.value).ok().filter(Net::sound)
}

/// SpaceToDepth puts the cell before the plane; training folds the plane before the cell.
fn space_to_depth_order(net: &Net, numbers: &[f32]) -> Vec<f32> {
    let (cell, planes) = (net.fold * net.fold, net.planes - 1);
    let mut out = vec![0.0; numbers.len()];
    for output in 0..net.width {
        for plane in 0..planes {
            for place in 0..cell {
                let from = (output * planes * cell + plane * cell + place) * 9;
                let to = (output * planes * cell + place * planes + plane) * 9;
                out[to..to + 9].copy_from_slice(&numbers[from..from + 9]);
            }
        }
    }
    out
}

const FLOAT: i32 = 1;
const INT64: i32 = 7;

#[derive(Clone, PartialEq, Message)]
struct Model {
    #[prost(int64, tag = "1")]
    ir_version: i64,
    #[prost(string, tag = "2")]
    producer_name: String,
    #[prost(string, tag = "3")]
    producer_version: String,
    #[prost(message, optional, tag = "7")]
    graph: Option<Graph>,
    #[prost(message, repeated, tag = "8")]
    opset_import: Vec<OperatorSet>,
    #[prost(message, repeated, tag = "14")]
    metadata_props: Vec<Entry>,
}

#[derive(Clone, PartialEq, Message)]
struct Entry {
    #[prost(string, tag = "1")]
    key: String,
    #[prost(string, tag = "2")]
    value: String,
}

#[derive(Clone, PartialEq, Message)]
struct OperatorSet {
    #[prost(string, tag = "1")]
    domain: String,
    #[prost(int64, tag = "2")]
    version: i64,
}

#[derive(Clone, PartialEq, Message)]
struct Graph {
    #[prost(message, repeated, tag = "1")]
    node: Vec<Node>,
    #[prost(string, tag = "2")]
    name: String,
    #[prost(message, repeated, tag = "5")]
    initializer: Vec<Tensor>,
    #[prost(message, repeated, tag = "11")]
    input: Vec<ValueInfo>,
    #[prost(message, repeated, tag = "12")]
    output: Vec<ValueInfo>,
}

#[derive(Clone, PartialEq, Message)]
struct Node {
    #[prost(string, repeated, tag = "1")]
    input: Vec<String>,
    #[prost(string, repeated, tag = "2")]
    output: Vec<String>,
    #[prost(string, tag = "3")]
    name: String,
    #[prost(string, tag = "4")]
    op_type: String,
    #[prost(message, repeated, tag = "5")]
    attribute: Vec<Attribute>,
}

#[derive(Clone, PartialEq, Message)]
struct Attribute {
    #[prost(string, tag = "1")]
    name: String,
    #[prost(int64, optional, tag = "3")]
    i: Option<i64>,
    #[prost(bytes = "vec", optional, tag = "4")]
    s: Option<Vec<u8>>,
    #[prost(int64, repeated, packed = "false", tag = "8")]
    ints: Vec<i64>,
    /// 2 an integer, 3 a text, 7 integers.
    #[prost(int32, tag = "20")]
    kind: i32,
}

impl Attribute {
    fn int(name: &str, i: i64) -> Attribute {
        Attribute { name: name.to_owned(), i: Some(i), kind: 2, ..Attribute::default() }
    }

    fn text(name: &str, s: &str) -> Attribute {
        Attribute { name: name.to_owned(), s: Some(s.as_bytes().to_vec()), kind: 3, ..Attribute::default() }
    }

    fn ints(name: &str, ints: &[i64]) -> Attribute {
        Attribute { name: name.to_owned(), ints: ints.to_vec(), kind: 7, ..Attribute::default() }
    }
}

#[derive(Clone, PartialEq, Message)]
struct Tensor {
    #[prost(int64, repeated, packed = "false", tag = "1")]
    dims: Vec<i64>,
    #[prost(int32, tag = "2")]
    data_type: i32,
    #[prost(string, tag = "8")]
    name: String,
    #[prost(bytes = "vec", tag = "9")]
    raw_data: Vec<u8>,
}

#[derive(Clone, PartialEq, Message)]
struct ValueInfo {
    #[prost(string, tag = "1")]
    name: String,
    #[prost(message, optional, tag = "2")]
    kind: Option<Kind>,
}

impl ValueInfo {
    fn picture(name: &str, planes: i64) -> ValueInfo {
        let fixed = |n| Dimension { value: Some(n), name: None };
        let free = |n: &str| Dimension { value: None, name: Some(n.to_owned()) };
        let shape = Shape { dim: vec![fixed(1), fixed(planes), free("height"), free("width")] };
        let tensor = TensorKind { elem_type: FLOAT, shape: Some(shape) };
        ValueInfo { name: name.to_owned(), kind: Some(Kind { tensor: Some(tensor) }) }
    }
}

#[derive(Clone, PartialEq, Message)]
struct Kind {
    #[prost(message, optional, tag = "1")]
    tensor: Option<TensorKind>,
}

#[derive(Clone, PartialEq, Message)]
struct TensorKind {
    #[prost(int32, tag = "1")]
    elem_type: i32,
    #[prost(message, optional, tag = "2")]
    shape: Option<Shape>,
}

#[derive(Clone, PartialEq, Message)]
struct Shape {
    #[prost(message, repeated, tag = "1")]
    dim: Vec<Dimension>,
}

#[derive(Clone, PartialEq, Message)]
struct Dimension {
    #[prost(int64, optional, tag = "1")]
    value: Option<i64>,
    #[prost(string, optional, tag = "2")]
    name: Option<String>,
}
