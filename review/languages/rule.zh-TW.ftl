# 不含事實的規則說明。

## 數值

figure-untold = 方案未說明的數值
figure-untold-in = 方案未說明的數值（{ $unit }）
figure-or-more = { $untold }，但至少 { $least }
today = 當日
otherwise = 其他情況
years = { $count } 年
months = { $count } 個月
days-long = { $count } 天
shift-plus = { $day } 之後 { $by }
shift-minus = { $day } 之前 { $by }
month-start = { $day } 當月的第一天
month-end = { $day } 當月的最後一天
quarter-start = { $day } 當季的第一天
quarter-end = { $day } 當季的最後一天
year-start = { $day } 當年的第一天
year-end = { $day } 當年的最後一天
plus = { $left } 加上 { $right }
minus = { $left } 減去 { $right }
share-of = { $right } 的 { $left }
part-above = { $value } 超過 { $low } 的部分
part-up-to = { $value } 至 { $high } 的部分
part-between = { $value } 自 { $low } 至 { $high } 的部分
times = { $left } 乘以 { $right }
rounding = { $mode ->
    [down] 無條件捨去
    [up] 無條件進位
   *[half_up] 四捨五入
}至{ $is_whole ->
    [yes] 整數
   *[no] { $step }
}

## 項目清單

any-of = { $told } 或 { $last }
cut-comma = { $told }，另有 { $count } 項
cut-semicolon = { $told }；另有 { $count } 項
all-parts = 以下全部：{ $parts }
any-parts = 以下任一項：{ $parts }
least-parts = 以下至少 { $least } 項：{ $parts }
how-many = 以下符合的項數：{ $parts }
ranked-of = { $phrase }：{ $parts }
chooser-best = 以下最高者
total-of = 以下合計：{ $parts }
not-so = 並非如此：{ $said }

## 比較

compare-least = { $left } 至少為 { $right }
compare-most = { $left } 至多為 { $right }
compare-more = { $left } 大於 { $right }
compare-less = { $left } 小於 { $right }
compare-is = { $left } 為 { $right }
compare-is_not = { $left } 不為 { $right }
compare-from = { $left } 在 { $right } 當日或之後
compare-until = { $left } 在 { $right } 當日或之前
compare-after = { $left } 在 { $right } 之後
compare-before = { $left } 在 { $right } 之前

## 記錄與人員

rows-count = 筆數
rows-different = 不同 { $what } 的數目
rows-sum = { $what } 的總和
rows-average = { $what } 的平均
rows-largest = 最大的 { $what }
rows-smallest = 最小的 { $what }
rows-earliest = 最早的 { $what }
rows-latest = 最晚的 { $what }
rows-in = { $title } 中的{ $said }
rows-where = { $said }，條件：{ $condition }
rows-together = { $said }，合併條件：{ $condition }
groups-in = { $title } 中的 { $keys }
groups-count = { $groups } 之中符合 ({ $value }) 的數目
groups-sum = 每個 { $groups } 的 ({ $value }) 的總和
groups-average = 每個 { $groups } 的 ({ $value }) 的平均
groups-largest = 每個 { $groups } 的 ({ $value }) 之中最大的
groups-smallest = 每個 { $groups } 的 ({ $value }) 之中最小的
groups-earliest = 每個 { $groups } 的 ({ $value }) 之中最早的
groups-latest = 每個 { $groups } 的 ({ $value }) 之中最晚的
months-anniversary = 自上一個週年日起
months-last = { $months ->
    [1] 最近一個完整月份
   *[other] 最近 { $months } 個月
}
months-before = 之前的 { $months } 個月
months-earlier = { $back ->
    [12] 一年
   *[other] { $back } 個月
}前相同的 { $months } 個月
holding = 持有 { $lists } 認證的人員
holding-least = 持有 { $lists } 中至少 { $least } 項認證的人員
people-holding = { $holding }人數
people-different = 各持有 { $lists } 其中一項的不同人員人數

## 點數與計算的數值

per-unit = { $each } { $points }
each-person = 每位{ $holding }
each-of = 每一 { $value }
each-every = { $value } 每 { $unit }
prorated = 最多 { $most }，達 { $target } 為滿分，依 { $value } 按比例，{ $rounding }
growth = 從 { $below } 到 { $above } 的成長，{ $rounding }
ratio = { $above } 除以 { $below }，{ $rounding }
ratio-percent = { $above } 除以 { $below } 的百分比，{ $rounding }
looked-up = 依 { $key }（{ $rows }）
row = { $key }：{ $cell }
only-if = { $said }；僅限：{ $condition }
when = { $said }，條件：{ $condition }
otherwise-is = 其他情況為 { $said }
on-days = { $said }，{ $days }
on-day = 於 { $day }：{ $said }
as-projected = { $said }，依下次檢查的預測
sometime = 從 { $first } 至 { $last } 的某一天：{ $condition }
score-reaches = { $score } 達到 { $mark }（滿分 { $most }）
every-above_zero = 每項計量都有點數
every-one_point = 每項計量至少一點

## 可取得的項目

is-held = 持有 { $award }
is-held-at = 以 { $level } 以上等級持有 { $award }
was-held = 曾持有 { $award }，目前已不再持有
was-held-at = 曾以 { $level } 以上等級持有 { $award }，目前已不再持有
in-renewal = 當日可續約 { $award }
is-paid = 持有 { $award } 且已購買福利
are-met = 符合 { $rule } 的要求條件
is-begun = 已開始 { $rule } 的要求條件
anniversary-own = 本身的週年日
anniversary-shared = 與同類項目共用的週年日
anniversary-first = 第一個週年日
anniversary-first-after = { $day } 之後的第一個週年日
anniversary-attained = 取得日
anniversary = 週年日
asked-even = 為偶數次週年日，或正在取得
asked-odd = 為奇數次週年日
membership-is = 週年日為會員資格的週年日：所持有的 { $names } 的下一個週年日
membership-own = 構成會員資格：持有期間，其週年日為會員資格的週年日之一

## 規則的每一行

in-force-on = { $day } 生效中
not-in-force-on = { $day } 未生效
told-below = 說明如下
observed-on = 於 { $day } 觀察到；套用於更早的日期屬於假設
amount-is = 金額：{ $said }
value-is = 值：{ $said }
stage-when = 條件：{ $condition }
effect-when = { $said }，條件：{ $condition }
pick-exactly_one = 必須選擇一個選項
pick-at_most_one = 最多可選擇一個選項
pick-any = 可選擇任何選項
picked-exactly_one = 恰好一個選項
picked-at_most_one = 最多一個選項
picked-any = 任何選項
badge-immediately = 符合要求條件後立即授予徽章
badge-at_once = 符合要求條件後立即
setting-is = { $name }：{ $said }
setting-pass_at = 通過分數
setting-checked_at = 檢查日
setting-met_sometime = 某日符合即可的期間
setting-renewable = 可續約的期間
setting-lost_after = 失去前的寬限
setting-renews_to = 續約後的週年日
setting-due_at = 付款期限
setting-window = 期間
setting-valid = 有效期間
lost-from = 自未通過的檢查起 { $said }：{ $first }
lost-first = 該日為不再持有的第一天{ $has_days ->
    [yes] ，但在符合期間結束前不會失去
   *[no] { "" }
}{ $has_renewal ->
    [yes] ；若通過但未續約，亦於該日失去，但在可續約期間結束前不會失去
   *[no] { "" }
}
where-defined = 名詞
is-defined = { $title } 是指 { $said }
certifications-counting = 計入的認證
none-on-this-day = 該日無
also-spelt = { $name }，亦寫作 { $spellings }
to-tell = 判定所需的資訊：
or-its-records = { $said }，或用來計算的記錄
type-flag = 是／否
type-count = 數目
type-count-of = { $unit } 的數目
type-money = 金額
type-money-in = 金額，{ $unit }
type-choice = 下列其中之一：{ $choices }
type-points = 點數
type-percent = 百分比
type-date = 日期
type-duration = 期間
type-text = 文字
month = 月
