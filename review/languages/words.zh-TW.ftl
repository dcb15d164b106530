# 報告、時間軸與判定共用的詞語。

comma = 、
semicolon = ；
or = 或
and = 和
all-of = { $told }和{ $last }
stop = 。
of = { $title }：{ $said }
turned = { $before } → { $after }
with-level = { $title }（{ $level }）
in-brackets = { $said }（{ $more }）
and-so = { $said }（{ $more }）
more-than-told = { $told }，另有 { $count } 項
more = 另有 { $count } 項
number-of = { $name } { $figure }

## 數值

unknown = 未知
never = 無
truth = { $is_so ->
    [true] 是
    [false] 否
   *[unknown] 未知
}
at-least = 至少 { $low }
at-most = 至多 { $high }
between = { $low } 至 { $high }
out-of = { $points } / { $most }
points = { $figure } 點
one-point = 1 點
people = { $figure } 人
with-unit = { $figure } { $unit }
unit-customers = 家客戶
unit-engagements = 項合作案
unit-of_these = 項（其中）
unit-services = 項服務
asked = { $kind ->
    [holds] 持有 { $name }
    [qualifies] 符合 { $name } 的要求條件
    [any_day] 任何一天：沒有週年日
   *[not] 不得如此
}
days = { $has ->
    [first] 自 { $first } 起
    [last] 至 { $last } 止
    [both] 自 { $first } 至 { $last }
   *[none] 一直
}
provisional = { $said }（暫定）
title-in_force = 生效
title-days_for_the_choice = 可選擇的期間
title-amount = 金額
title-value = 值
title-due_day = 到期日
required = 要求 { $what }
digest = 政策 { $version }、摘要 { $digest }；{ $engine }

## 判定

outcome-met = 符合
outcome-partly_met = 部分符合
outcome-unmet = 不符合
outcome-undetermined = 未定
outcome-eligible = 符合資格
outcome-not_eligible = 不符合資格
outcome-no_award = 並非可獲得的資格
outcome-not_in_force = 未生效
held = { $is_held ->
    [true] 持有
    [false] 未持有
   *[unknown] 未知
}
stage-not_started = 尚未開始
stage-started = 已開始
stage-in_progress = 進行中
stage-qualified = 已符合要求條件
stage-enrolled = 已註冊
stage-active = 有效
stage-renewal_due = 待續約
stage-at_risk = 有風險
stage-lost = 已失去
stage-expired = 已過期
stage-undetermined = 未定
kind-competency = 專長認證
kind-designation = 稱號
kind-specialization = 專業領域
kind-program = 計劃
level-silver = 銀級
level-gold = 金級
option-no_choice = 不選擇

## 每個計劃都有的清單與欄位

list-awards = 獲得資格的登記
list-certifications = 人員的認證
field-award = 獲得的資格
field-level = 等級
field-attained = 獲得日
field-anniversary = 下一個週年日（檢查日）
field-ended = 不再持有的第一天，或無
field-benefits = 一併購買的權益，或無
field-person = 人員
field-certification = 認證
field-earned = 取得日
field-expires = 有效的最後一天，或無
named-award = 獲得的資格
named-certification = 認證
named-benefit = 權益
