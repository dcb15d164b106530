# 事実を使わない、規則の説明。

## 数値と値

figure-untold = プログラムが示していない数値
figure-untold-in = プログラムが示していない数値（{ $unit }）
figure-or-more = { $untold }、ただし { $least } 以上
today = 当日
otherwise = それ以外
years = { $count } 年
months = { $count } か月
days-long = { $count } 日
shift-plus = { $day } の { $by } 後
shift-minus = { $day } の { $by } 前
month-start = { $day } の月の初日
month-end = { $day } の月の末日
quarter-start = { $day } の四半期の初日
quarter-end = { $day } の四半期の末日
year-start = { $day } の年の初日
year-end = { $day } の年の末日
plus = { $left } に { $right } を加えたもの
minus = { $left } から { $right } を引いたもの
share-of = { $right } の { $left }
part-above = { $value } のうち { $low } を超える部分
part-up-to = { $value } のうち { $high } までの部分
part-between = { $value } のうち { $low } から { $high } までの部分
times = { $left } に { $right } を掛けたもの
rounding = { $is_whole ->
    [yes] 整数
   *[no] { $step } 単位
}に{ $mode ->
    [down] 切り捨て
    [up] 切り上げ
   *[half_up] 四捨五入
}

## 項目の一覧

any-of = { $told }、または { $last }
cut-comma = { $told }、ほか { $count } 件
cut-semicolon = { $told }；ほか { $count } 件
all-parts = 次のすべて：{ $parts }
any-parts = 次のいずれか：{ $parts }
least-parts = 次のうち { $least } つ以上：{ $parts }
how-many = 次のうち該当するものの数：{ $parts }
ranked-of = { $phrase }：{ $parts }
chooser-best = 次のうち最も高いもの
total-of = 次の合計：{ $parts }
not-so = 該当しないこと：{ $said }

## 比較

compare-least = { $left } が { $right } 以上
compare-most = { $left } が { $right } 以下
compare-more = { $left } が { $right } を超える
compare-less = { $left } が { $right } 未満
compare-is = { $left } が { $right }
compare-is_not = { $left } が { $right } でない
compare-from = { $left } が { $right } 以降
compare-until = { $left } が { $right } 以前
compare-after = { $left } が { $right } より後
compare-before = { $left } が { $right } より前

## 記録と個人

rows-count = 件数
rows-different = 異なる { $what } の数
rows-sum = { $what } の合計
rows-average = { $what } の平均
rows-largest = 最も大きい { $what }
rows-smallest = 最も小さい { $what }
rows-earliest = 最も早い { $what }
rows-latest = 最も遅い { $what }
rows-in = { $title } における{ $said }
rows-where = { $said }、条件：{ $condition }
rows-together = { $said }、まとめての条件：{ $condition }
groups-in = { $title } の { $keys }
groups-count = { $groups } のうち、({ $value }) を満たすものの数
groups-sum = { $groups } ごとの ({ $value }) の合計
groups-average = { $groups } ごとの ({ $value }) の平均
groups-largest = { $groups } ごとの ({ $value }) のうち最も大きいもの
groups-smallest = { $groups } ごとの ({ $value }) のうち最も小さいもの
groups-earliest = { $groups } ごとの ({ $value }) のうち最も早いもの
groups-latest = { $groups } ごとの ({ $value }) のうち最も遅いもの
months-anniversary = 直近の応当日以降
months-last = { $months ->
    [1] 直近の満 1 か月
   *[other] 直近 { $months } か月
}
months-before = その前の { $months } か月
months-earlier = { $back ->
    [12] 1 年
   *[other] { $back } か月
}前の同じ { $months } か月
holding = { $lists } の認定資格を持つ個人
holding-least = { $lists } のうち { $least } つ以上の認定資格を持つ個人
people-holding = { $holding }の人数
people-different = { $lists } をそれぞれ 1 つずつ持つ、異なる個人の人数

## ポイントと計算する数値

per-unit = { $each } { $points }
each-person = { $holding } 1 人につき
each-of = { $value } の 1 につき
each-every = { $value } の { $unit } ごとに
prorated = 最大 { $most }、{ $target } で満点、{ $value } に比例、{ $rounding }
growth = { $below } から { $above } への伸び、{ $rounding }
ratio = { $above } を { $below } で割ったもの、{ $rounding }
ratio-percent = { $above } を { $below } で割った百分率、{ $rounding }
looked-up = { $key } による（{ $rows }）
row = { $key }：{ $cell }
only-if = { $said }；ただし条件：{ $condition }
when = { $said }、条件：{ $condition }
otherwise-is = それ以外は { $said }
on-days = { $said }、{ $days }
on-day = { $day } 時点で{ $said }
as-projected = { $said }、次の確認時の予測による
sometime = { $first } から { $last } までのいずれかの日に：{ $condition }
score-reaches = { $score } が { $mark } に達する（満点 { $most }）
every-above_zero = どの指標にもポイントがあること
every-one_point = どの指標にも 1 ポイント以上あること

## 獲得するもの

is-held = { $award } を保有
is-held-at = { $award } を { $level } 以上で保有
was-held = { $award } をかつて保有し、現在は保有していない
was-held-at = { $award } を { $level } 以上でかつて保有し、現在は保有していない
in-renewal = 当日は { $award } を更新できる日
is-paid = { $award } を保有し、特典もあわせて購入済み
are-met = { $rule } の要件を充足
is-begun = { $rule } の要件に着手済み
anniversary-own = それ自身の応当日
anniversary-shared = 同じ種類のものと共通の応当日
anniversary-first = 最初の応当日
anniversary-first-after = { $day } より後の最初の応当日
anniversary-attained = 獲得日
anniversary = 応当日
asked-even = 偶数回目の応当日である、または獲得しようとしている
asked-odd = 奇数回目の応当日である
membership-is = 応当日はメンバーシップのもの：保有している { $names } の次の応当日
membership-own = メンバーシップを成すもの：保有している間、その応当日はメンバーシップの応当日の一つ

## 規則の各行

in-force-on = { $day } に施行中
not-in-force-on = { $day } には施行されていない
told-below = 以下に記載
observed-on = { $day } に確認；それより前の日への適用は前提
amount-is = 金額：{ $said }
value-is = 値：{ $said }
stage-when = 条件：{ $condition }
effect-when = { $said }、条件：{ $condition }
pick-exactly_one = 選択肢を一つ選ぶ必要がある
pick-at_most_one = 選べる選択肢は一つまで
pick-any = どの選択肢も選べる
picked-exactly_one = 選択肢をちょうど一つ
picked-at_most_one = 選択肢を一つまで
picked-any = 任意の選択肢
badge-immediately = 要件を充足した時点でバッジを付与
badge-at_once = 要件を充足した時点
setting-is = { $name }：{ $said }
setting-pass_at = 合格点
setting-checked_at = 確認日
setting-met_sometime = いずれかの日に充足する期間
setting-renewable = 更新できる期間
setting-lost_after = 喪失までの猶予
setting-renews_to = 更新後の応当日
setting-due_at = 支払期日
setting-window = 期間
setting-valid = 有効期間
lost-from = 充足しなかった確認から { $said }：{ $first }
lost-first = その日が保有しない最初の日{ $has_days ->
    [yes] 、ただし充足する期間が終わるまでは失わない
   *[no] { "" }
}{ $has_renewal ->
    [yes] ；充足しても更新しなければ同じ日に失う、ただし更新できる期間が終わるまでは失わない
   *[no] { "" }
}
where-defined = 用語
is-defined = { $title } とは { $said }
certifications-counting = 対象となる認定資格
none-on-this-day = この日は該当なし
also-spelt = { $name }、別の表記 { $spellings }
to-tell = 判定に必要な情報：
or-its-records = { $said }、または計算のもとになる記録
type-flag = はい／いいえ
type-count = 数
type-count-of = { $unit } の数
type-money = 金額
type-money-in = 金額、{ $unit }
type-choice = 次のいずれか：{ $choices }
type-points = ポイント
type-percent = 百分率
type-date = 日付
type-duration = 期間
type-text = 文字列
month = 月
