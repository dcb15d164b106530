# 時間軸：某日發生的事，以及規則在一段期間的狀態。

happens-begins = 開始生效
happens-ends = 不再生效
happens-attained = 獲得
happens-carried_over = 以此名稱繼續持有
happens-lost = 不再持有
happens-perhaps_lost = 可能不再持有
happens-checked = 檢查：{ $is_passed ->
    [true] 通過
    [false] 未通過
   *[unknown] 未定
}
happens-renewed = 續約：{ $what }
happens-bought = 購買：{ $what }
happens-refused = { $verb ->
    [attains] 獲得
    [buys] 購買
   *[renews] 續約
}：不接受，{ $what }
happens-stage = 階段 { $turned }
happens-amount = 金額 { $turned }
happens-options = 可選擇：{ $what }
happens-window_opens = 續約開放
happens-window_closes = 續約截止
happens-fee_due = 今日到期：{ $what }
happens-payment_due = 今日付給合作夥伴：{ $what }
happens-level = 等級 { $turned }
next-check = 下次檢查 { $day }
none = 無

## 補充

saying-rule_ended = 規則已終止
saying-ended = 已終止
saying-not_renewed = 未續約
saying-perhaps_held = 不知是否仍持有
saying-held_already = 自 { $day } 起已持有
saying-on_the_day = 當日{ $outcome }
saying-next_anniversary = 下一個週年日 { $day }
saying-not_held = 當日未持有
saying-outside_window = 不在續約期間
saying-check_not_passed = 檢查未通過
saying-no_choice = 為期一年；當日沒有提供此項的選擇
saying-bought = 至 { $day }
saying-bought-and-pays = 至 { $day }；支付 { $what }

## 規則的狀態

state-not_in_force = 未生效
state-held = { $is_held ->
    [true] 持有
    [false] 未持有
   *[unknown] 不知是否持有
}
state-held-at = 以{ $level }持有
state-points = { $points } 點，需要 { $needed }
state-options = 可選擇：{ $what }
nothing = 無

## 人員

person-earned = 取得 { $certification }，計入 { $lists }
person-joined = 帶著 { $certification } 加入，計入 { $lists }
person-listed = { $certification } 自此計入 { $lists }
person-expired = { $certification } 已到期，不再計入 { $lists }
person-left = 離開：{ $certification } 不再計入 { $lists }
person-unlisted = { $certification } 已自清單移除，不再計入 { $lists }
column-people = 人員

## 文字與頁面

nothing-changes = { $first } 至 { $last } 沒有變化
from-to = { $first } 至 { $last }
days-looked-at = 共查看 { $days } 天；{ $digest }
column-day = 日期
column-rule = 規則
column-happens = 發生的事
column-why = 原因
column-held = 持有
column-from = 自
column-through = 至
perhaps = { $title }（可能）

## 圖

drawing = 時間軸，{ $days }
drawing-bought = 購買
drawing-held = 持有
drawing-perhaps_held = 可能持有
drawing-met = 符合要求條件
drawing-not_met = 不符合
drawing-not_known = 未知
drawing-state = { $said }，{ $days }
drawing-points = { $figure } 點
drawing-points-between = { $low } 至 { $high } 點
drawing-needed = 需要 { $figure }
