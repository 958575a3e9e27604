//! Shares: a total split by weights so that not one cent is lost or made.

/// Splits `total` by `weights` with the largest remainder (Hamilton's method): each gets the whole part of its quota, and the
/// units left over go one each to the largest remainders, the earlier of two equals first. The shares add up to `total`
/// exactly; a greater weight never gets less; a weight of zero gets zero. A negative total is split as its mirror image.
/// `None` if there is something to share and nobody has a weight.
///
/// ```
/// assert_eq!(ledger::allocate(100, &[1, 1, 1]).unwrap(), [34, 33, 33]);
/// assert_eq!(ledger::allocate(-100, &[1, 0, 1]).unwrap(), [-50, 0, -50]);
/// ```
pub fn allocate(total: i64, weights: &[u64]) -> Option<Vec<i64>> {
    let whole: u128 = weights.iter().map(|w| u128::from(*w)).sum();
    if whole == 0 {
        return (total == 0).then(|| vec![0; weights.len()]);
    }
    let amount = u128::from(total.unsigned_abs());
    // A product of two 64-bit numbers fits 128 bits.
    let mut shares: Vec<u128> = weights.iter().map(|w| amount * u128::from(*w) / whole).collect();
    let mut order: Vec<usize> = (0..weights.len()).collect();
    // Stable, so that of two equal remainders the earlier comes first.
    order.sort_by_key(|i| std::cmp::Reverse(amount * u128::from(weights[*i]) % whole));
    let left = amount - shares.iter().sum::<u128>();
    for i in order.into_iter().take(usize::try_from(left).expect("fewer units are left than there are weights")) {
        shares[i] += 1;
    }
    let sign = i128::from(total.signum());
    let signed = |s| i64::try_from(sign * s as i128).expect("a share is no greater than the total");
    Some(shares.into_iter().map(signed).collect())
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn ties_go_to_the_earlier_and_nobody_is_none() {
        assert_eq!(allocate(2, &[1, 1, 1]).unwrap(), [1, 1, 0]);
        assert_eq!(allocate(10, &[30, 20, 20, 10, 20]).unwrap(), [3, 2, 2, 1, 2]);
        assert_eq!(allocate(5, &[]), None);
        assert_eq!(allocate(5, &[0, 0]), None);
        assert_eq!(allocate(0, &[0, 0]), Some(vec![0, 0]));
        assert_eq!(allocate(i64::MIN, &[u64::MAX]), Some(vec![i64::MIN]));
        assert_eq!(allocate(i64::MAX, &[u64::MAX; 3]).unwrap().iter().sum::<i64>(), i64::MAX);
    }

    fn weight() -> impl Strategy<Value = u64> {
        prop_oneof![Just(0u64), 1u64..20, any::<u64>()]
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(4000))]
        #[test]
        fn exact_monotone_and_nothing_for_no_weight(total in any::<i64>(), weights in prop::collection::vec(weight(), 1..40)) {
            prop_assume!(weights.iter().any(|w| *w > 0));
            let shares = allocate(total, &weights).unwrap();
            prop_assert_eq!(shares.iter().map(|s| i128::from(*s)).sum::<i128>(), i128::from(total));
            let whole: u128 = weights.iter().map(|w| u128::from(*w)).sum();
            for (i, (share, weight)) in shares.iter().zip(&weights).enumerate() {
                let quota = u128::from(total.unsigned_abs()) * u128::from(*weight) / whole;
                let got = u128::from(share.unsigned_abs());
                prop_assert!(got == quota || got == quota + 1, "within one unit of the quota");
                prop_assert!(*weight > 0 || *share == 0);
                for j in 0..i {
                    if weights[j] > *weight {
                        prop_assert!(shares[j].unsigned_abs() >= share.unsigned_abs());
                    }
                    if weights[j] == *weight {
                        prop_assert!(shares[j].unsigned_abs() >= share.unsigned_abs(), "of equals the earlier gets no less");
                    }
                }
            }
        }
    }
}
