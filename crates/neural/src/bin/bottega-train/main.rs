//! The program that trains: reads an order and batches from standard input, says on standard output how it goes.
//!
//! It opens no film, knows no library and writes only its checkpoint. Killed at any instant, it goes on from the last
//! checkpoint along the same curve, since batch `n` is the same whenever it is asked for.

mod adam;
mod checkpoint;
mod model;

use std::io::{self, BufReader, Read, Write};
use std::process::ExitCode;
use std::time::Instant;

use neural::wire::{Look, Said};
use neural::{Order, Weights};
use tch::{Device, Kind, Tensor};

use adam::Adam;
use checkpoint::Checkpoint;
use model::{Model, Precision};

fn main() -> ExitCode {
    match work() {
        Ok(()) => ExitCode::SUCCESS,
        Err(reason) => {
            say(&Said::Failed { reason });
            ExitCode::from(1)
        }
    }
}

fn say(said: &Said) {
    let mut line = serde_json::to_string(said).expect("plain data");
    line.push('\n');
    let mut out = io::stdout().lock();
    if out.write_all(line.as_bytes()).and_then(|()| out.flush()).is_err() {
        // Nobody listens any more.
        std::process::exit(1);
    }
}

/// Batches as they come in.
struct Feed {
    from: BufReader<io::Stdin>,
    bytes: Vec<u8>,
}

impl Feed {
    fn numbers(&mut self, count: usize) -> io::Result<Vec<f32>> {
        self.bytes.resize(count * 4, 0);
        self.from.read_exact(&mut self.bytes)?;
        Ok(self.bytes.chunks_exact(4).map(|b| f32::from_le_bytes([b[0], b[1], b[2], b[3]])).collect())
    }

    fn batch(&mut self, order: &Order, device: Device) -> io::Result<(Tensor, Tensor)> {
        let (inputs, targets) = order.numbers();
        let (b, s) = (order.batch as i64, order.side as i64);
        let x = Tensor::from_slice(&self.numbers(inputs)?).view([b, order.net.planes as i64, s, s]);
        let y = Tensor::from_slice(&self.numbers(targets)?).view([b, 1, s, s]);
        Ok((x.to_device(device), y.to_device(device)))
    }
}

fn work() -> Result<(), String> {
    let mut feed = Feed { from: BufReader::with_capacity(1 << 20, io::stdin()), bytes: Vec::new() };
    let mut line = Vec::new();
    loop {
        let mut byte = [0u8];
        feed.from
            .read_exact(&mut byte)
            .map_err(|_| "this program is called by bottega alone; no order came".to_owned())?;
        if byte[0] == b'\n' {
            break;
        }
        line.push(byte[0]);
    }
    let order: Order = serde_json::from_slice(&line).map_err(|e| format!("the order cannot be read: {e}"))?;
    if !order.net.sound() || order.batch == 0 || order.side == 0 || !order.side.is_multiple_of(order.net.fold) {
        return Err("the order asks for a net that cannot be built".to_owned());
    }
    tch::set_num_threads(order.threads.max(1) as i32);
    tch::set_num_interop_threads(1);
    tch::manual_seed(order.seed as i64);
    let device = Device::cuda_if_available();
    let mut held = Vec::new();
    for _ in 0..order.validation {
        held.push(feed.batch(&order, device).map_err(|e| format!("a held-back batch is missing: {e}"))?);
    }
    let mut run = Run::begin(&order, device)?;
    let precision = run.choose_precision();
    let how = format!("{}, {}", if device.is_cuda() { "cuda" } else { "cpu" }, precision.name());
    say(&Said::Ready { step: run.at.step, how, curve: run.at.curve.clone(), seconds: run.at.seconds });
    run.go(&mut feed, &held)
}

/// A training under way.
struct Run<'a> {
    order: &'a Order,
    device: Device,
    model: Model,
    adam: Adam,
    at: Checkpoint,
    begun: Instant,
    before: f64,
}

impl<'a> Run<'a> {
    fn begin(order: &'a Order, device: Device) -> Result<Run<'a>, String> {
        let at = match Checkpoint::read(order) {
            Some(found) => found,
            None => {
                let first = match &order.begin_with {
                    Some(path) => Weights::read(path).map_err(|e| e.to_string())?,
                    None => Weights::fresh(&order.net, order.seed),
                };
                first.check(&order.net).map_err(|e| e.to_string())?;
                Checkpoint::first(first)
            }
        };
        let model = Model::new(order.net, &at.weights, device);
        let adam = Adam::new(&model, &at, device);
        Ok(Run { order, device, model, adam, before: at.seconds, at, begun: Instant::now() })
    }

    /// bf16 products only where the processor has them and they are measured to be faster.
    fn choose_precision(&mut self) -> Precision {
        #[cfg(target_arch = "x86_64")]
        let able = std::is_x86_feature_detected!("avx512bf16");
        #[cfg(not(target_arch = "x86_64"))]
        let able = false;
        if !able && !self.device.is_cuda() {
            return Precision::F32;
        }
        let (b, s) = (self.order.batch as i64, self.order.side as i64);
        let x = Tensor::zeros([b, self.order.net.planes as i64, s, s], (Kind::Float, self.device));
        let mut time = |precision| {
            self.model.precision = precision;
            let mut best = f64::MAX;
            for _ in 0..4 {
                let begun = Instant::now();
                self.model.forward(&x).sum(Kind::Float).backward();
                best = best.min(begun.elapsed().as_secs_f64());
                self.model.forget_gradients();
            }
            best
        };
        let (full, half) = (time(Precision::F32), time(Precision::Bf16));
        self.model.precision = if half < full { Precision::Bf16 } else { Precision::F32 };
        self.model.precision
    }

    fn seconds(&self) -> f64 {
        self.before + self.begun.elapsed().as_secs_f64()
    }

    fn go(&mut self, feed: &mut Feed, held: &[(Tensor, Tensor)]) -> Result<(), String> {
        if self.at.curve.is_empty() {
            self.look(held, 0.0)?;
        }
        let (mut total, mut counted, mut bad) = (0.0, 0u64, 0u32);
        let because = loop {
            if self.at.step >= self.order.steps {
                break "all steps made";
            }
            // The end of the feed is the end of the caller: nothing to write, nobody to tell.
            let Ok((x, y)) = feed.batch(self.order, self.device) else { std::process::exit(1) };
            let loss = charbonnier(&self.model.forward(&x), &y);
            loss.backward();
            let value = loss.double_value(&[]);
            let step = self.at.step;
            let taken =
                value.is_finite() && self.adam.step(&mut self.model, self.order.rate_at(step), self.order.average);
            self.at.step += 1;
            if taken {
                (total, counted, bad) = (total + value, counted + 1, 0);
            } else {
                // A batch that blows up is left out; many in a row mean that something is broken.
                self.model.forget_gradients();
                bad += 1;
                say(&Said::Note { line: format!("step {step} gave no number and was left out") });
                if bad >= 20 {
                    return Err(format!(
                        "20 steps in a row up to {step} gave no number; lower the learning rate (now {})",
                        self.order.rate
                    ));
                }
            }
            say(&Said::Step { step: self.at.step, loss: value });
            if self.at.step.is_multiple_of(self.order.look_every) || self.at.step == self.order.steps {
                self.look(held, total / counted.max(1) as f64)?;
                (total, counted) = (0.0, 0);
                if self.at.stale >= self.order.patience {
                    break "converged";
                }
            }
            if self.order.seconds.is_some_and(|limit| self.seconds() >= limit) {
                self.look(held, total / counted.max(1) as f64)?;
                break "time is up";
            }
        };
        let mut best = self.at.best.clone();
        best.words.clear();
        best.write(&neural::train::learned(self.order)).map_err(|e| e.to_string())?;
        say(&Said::Ended { step: self.at.step, because: because.to_owned(), seconds: self.seconds() });
        Ok(())
    }

    /// Measures the averaged weights on what is held back, and writes the checkpoint.
    fn look(&mut self, held: &[(Tensor, Tensor)], loss: f64) -> Result<(), String> {
        let averaged = self.adam.averaged();
        let model = Model::new(self.order.net, &averaged, self.device);
        let error = tch::no_grad(|| {
            let sum: f64 =
                held.iter().map(|(x, y)| (model.forward(x) - y).square().mean(Kind::Float).double_value(&[])).sum();
            sum / held.len().max(1) as f64
        });
        let best = self.at.curve.iter().map(|l| l.error).fold(f64::INFINITY, f64::min);
        if error < best || self.order.keep_last || self.at.curve.is_empty() {
            self.at.best = averaged;
        }
        self.at.stale = if error < best * 0.999 { 0 } else { self.at.stale + 1 };
        let look = Look { step: self.at.step, error, loss, seconds: self.seconds() };
        self.at.curve.push(look);
        self.at.seconds = self.seconds();
        self.at.weights = self.model.weights();
        self.adam.keep(&mut self.at);
        self.at.write(self.order).map_err(|e| {
            format!(
                "the checkpoint {} cannot be written: {e}; make room and run this again",
                self.order.checkpoint.display()
            )
        })?;
        say(&Said::Looked(look));
        Ok(())
    }
}

/// A difference that counts squared where small and straight where large (Charbonnier et al. 1994). Small is a quarter of a
/// unit, some codes: quality is told as PSNR, so nearly all differences count squared, and those of a few wild places do not.
fn charbonnier(made: &Tensor, meant: &Tensor) -> Tensor {
    const SMALL: f64 = 0.25;
    ((made - meant).square() + SMALL * SMALL).sqrt().mean(Kind::Float)
}
